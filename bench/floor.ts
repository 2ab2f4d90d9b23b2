/** The I/O floor: `node floor.ts PORT OUT FILES…` reads the files, writes the bytes once and posts them, and parses nothing. */
import fs from 'node:fs';
import http from 'node:http';

const [port = '', out = '', ...files] = process.argv.slice(2);
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
for (const file of files) {
  const from = fs.openSync(file, 'r');
  for (;;) {
    const body = Buffer.allocUnsafe(BODY);
    let n = 0;
    while (n < BODY) {
      const read = fs.readSync(from, body, n, Math.min(BLOCK, BODY - n), null);
      if (read === 0) break;
      fs.writeSync(to, body, n, read, written);
      written += read;
      n += read;
    }
    if (n === 0) break;
    await post(body.subarray(0, n));
  }
  fs.closeSync(from);
}
agent.destroy();
// The harness reads this process's CPU time while it still lives.
console.log('done');
process.stdin.resume();
