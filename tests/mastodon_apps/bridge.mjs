// Calls masto or megalodon as a test says: a line of JSON each way.
//
// node bridge.mjs FOLDER masto|megalodon, where FOLDER holds node_modules.

import { File } from "node:buffer";
import { createReadStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, library] = process.argv.slice(2);
const from = createRequire(`${folder}/`);

// What a test can only name by its file.
const given = (argument) => {
  if (argument?.file && typeof argument.file === "string" && library === "masto") {
    const blob = new File([readFileSync(argument.file)], basename(argument.file));
    return { ...argument, file: blob };
  }
  if (argument?.file && library === "megalodon") {
    return createReadStream(argument.file);
  }
  return argument;
};

// masto: "v1.statuses.$123.context.fetch", in which $ selects.
const masto = {
  async load() {
    this.module = await import(pathToFileURL(from.resolve("masto")));
  },
  start({ oauth, ...options }) {
    const { createRestAPIClient, createOAuthAPIClient } = this.module;
    this.client = oauth ? createOAuthAPIClient(options) : createRestAPIClient(options);
  },
  async call(name, args) {
    const isPaged = name.startsWith("pages:");
    const steps = name.replace("pages:", "").split(".");
    const last = steps.pop();
    const step = (at, part) => (part.startsWith("$") ? at.$select(part.slice(1)) : at[part]);
    const answer = steps.reduce(step, this.client)[last](...args);
    return isPaged ? collect(answer) : answer;
  },
};

const megalodon = {
  async load() {
    this.module = from("megalodon");
  },
  start({ url, token }) {
    this.client = this.module.default("mastodon", url, token);
  },
  async call(name, args) {
    if (name === "detector") return this.module.detector(...args);
    const answer = await this.client[name](...args);
    return name === "registerApp" || name === "fetchAccessToken" ? answer : answer.data;
  },
};

const collect = async (pages) => {
  const all = [];
  for await (const page of pages) all.push(page);
  return all;
};

const bridge = { masto, megalodon }[library];
await bridge.load();
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    const args = asked.arguments.map(given);
    const result =
      asked.call === "start"
        ? void bridge.start(asked.options)
        : await bridge.call(asked.call, args);
    answer = { result: result ?? null };
  } catch (error) {
    const status = error.statusCode ?? error.response?.status ?? null;
    answer = { error: error.name, status, text: error.message };
  }
  console.log(JSON.stringify(answer));
}
