/** The baseline: Bun's own server, which reads the body and does nothing with it. Prints its address. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    await request.bytes();
    return new Response("ok");
  },
});
console.log(`http://127.0.0.1:${server.port}`);
