import { expect, test } from "bun:test";
import { readMediaAddress } from "../../src/storage/address.ts";

test("a folder", () => {
  expect(readMediaAddress("file:///var/lib/leadline/media")).toEqual({
    kind: "disk",
    dir: "/var/lib/leadline/media",
  });
});

test("a bucket, with a prefix, a region and a secret that had to be written with signs", () => {
  const address = "s3://AKIA1:se%2Fcret%2B@s3.example.com:9000/leads/a/b?region=eu-central-1";
  expect(readMediaAddress(address)).toEqual({
    kind: "s3",
    endpoint: "https://s3.example.com:9000",
    region: "eu-central-1",
    bucket: "leads",
    prefix: "a/b/",
    accessKeyId: "AKIA1",
    secretAccessKey: "se/cret+",
  });
  expect(readMediaAddress("s3+http://k:s@minio:9000/leads")).toMatchObject({
    ...{ endpoint: "http://minio:9000", region: "us-east-1", prefix: "" },
  });
});

test("what is missing is said", () => {
  expect(readMediaAddress("file:///")).toMatchObject({ kind: "wrong", why: "names no folder" });
  expect(readMediaAddress("s3://k:s@host")).toMatchObject({
    why: "names no bucket after the host",
  });
  expect(readMediaAddress("s3://host/bucket")).toMatchObject({
    why: expect.stringContaining("access key"),
  });
});
