/**
 * The I/O floor: `node floor.ts PORT OUT TIMES FILES…` reads the files, writes TIMES as many bytes (those of the agent's documents) once, posts
 * them in 2 MB bodies, and parses nothing.
 */
import fs from 'node:fs';
import http from 'node:http';

const [port = '', out = '', times = '', ...files] = process.argv.slice(2);
const growth = Number(times);
const BLOCK = 256 * 1024;
const BODY = 2 * 1024 * 1024;
const agent = new http.Agent({ keepAlive: true });

function post(body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, path: '/floor', method: 'POST', agent, headers: { 'content-length': body.length } },
      (response) => {
        response.resume();
        response.on('end', resolve);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const to = fs.openSync(out, 'w');
let written = 0;

/** Writes the filled part of a body once and posts it. */
async function ship(body: Buffer, length: number): Promise<void> {
  if (length === 0) return;
  for (let done = 0; done < length; ) done += fs.writeSync(to, body, done, length - done, written + done);
  written += length;
  await post(body.subarray(0, length));
}

let body = Buffer.allocUnsafe(BODY);
let filled = 0;
const block = Buffer.allocUnsafe(BLOCK);
for (const file of files) {
  const from = fs.openSync(file, 'r');
  // What a block's lines grow by, they grow by as blanks behind them.
  for (;;) {
    const read = fs.readSync(from, block, 0, BLOCK, null);
    if (read === 0) break;
    const length = Math.round(read * growth);
    if (filled + length > BODY) {
      await ship(body, filled);
      body = Buffer.allocUnsafe(BODY);
      filled = 0;
    }
    block.copy(body, filled, 0, read);
    body.fill(32, filled + read, filled + length);
    filled += length;
  }
  fs.closeSync(from);
}
await ship(body, filled);
agent.destroy();
// The harness reads this process's CPU time while it still lives.
console.log('done');
process.stdin.resume();
