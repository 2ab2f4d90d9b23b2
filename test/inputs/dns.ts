/** A DNS server on a free UDP port that knows SRV and A records of a few names. */
import dgram from 'node:dgram';

export interface Zone {
  readonly srv: Record<string, { priority: number; weight: number; port: number; target: string }[]>;
  readonly a: Record<string, string>;
}

const TYPE_A = 1;
const TYPE_SRV = 33;

export async function startDns(zone: Zone): Promise<{ port: number; close(): Promise<void> }> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answer(query, zone), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, close: () => new Promise((resolve) => socket.close(() => resolve())) };
}

function answer(query: Buffer, zone: Zone): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const name = labels.join('.').toLowerCase();
  const type = query.readUInt16BE(at + 1);
  const question = query.subarray(12, at + 5);
  const data =
    type === TYPE_SRV
      ? (zone.srv[name] ?? []).map(({ priority, weight, port, target }) =>
          Buffer.concat([numbers(priority, weight, port), nameOf(target)]),
        )
      : type === TYPE_A && zone.a[name] !== undefined
        ? [Buffer.from(zone.a[name].split('.').map(Number))]
        : [];
  // The name is the question's: a pointer to byte 12; class IN, no time to live.
  const records = data.map((bytes) =>
    Buffer.concat([Buffer.from([0xc0, 12]), numbers(type, 1, 0, 0, bytes.length), bytes]),
  );
  const head = Buffer.concat([query.subarray(0, 2), numbers(0x8180, 1, records.length, 0, 0)]);
  return Buffer.concat([head, question, ...records]);
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(value, i * 2);
  return bytes;
}

function nameOf(text: string): Buffer {
  const parts = text.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...parts, Buffer.from([0])]);
}
