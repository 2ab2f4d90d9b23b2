/**
 * How two ends of the forward protocol prove that they know the shared key (and a user's password) without sending it:
 * HELO (nonce, salt) → PING (SHA-512 of salts and key) → PONG (the server's own digest).
 *
 * Everything is byte strings. Digests are compared in constant time.
 */
import crypto from 'node:crypto';
import {
  encodeArrayHead,
  encodeBinary,
  encodeBytes,
  encodeMapHead,
  encodeMsgpack,
  MsgpackReader,
} from '../codec/msgpack.ts';
import { toBytes } from '../core/value.ts';

export function newSalt(): string {
  return crypto.randomBytes(16).toString('latin1');
}

/** Hex digits. */
export function digest(...parts: readonly string[]): string {
  const hash = crypto.createHash('sha512');
  for (const part of parts) hash.update(part, 'latin1');
  return hash.digest('hex');
}

export function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')];
  return left.length === right.length && crypto.timingSafeEqual(left, right);
}

/** `auth` is empty where no user must be named. */
export function heloMessage(nonce: string, auth: string, keepalive: boolean): string {
  const options =
    encodeBytes('nonce') + encodeBinary(nonce) + encodeBytes('auth') + encodeBinary(auth) + encodeBytes('keepalive');
  return encodeArrayHead(2) + encodeBytes('HELO') + encodeMapHead(3) + options + encodeMsgpack(keepalive);
}

export interface Helo {
  readonly nonce: string;
  readonly auth: string;
}

/** Undefined for a message that is no HELO. */
export function readHelo(bytes: Buffer): Helo | undefined {
  const reader = new MsgpackReader(bytes);
  if (!reader.isArray() || reader.arrayHead() !== 2 || latin1(reader) !== 'HELO' || !reader.isMap()) return undefined;
  const helo = { nonce: '', auth: '' };
  for (let left = reader.mapHead(); left > 0; left--) {
    const key = latin1(reader);
    if ((key === 'nonce' || key === 'auth') && reader.isBytes()) helo[key] = latin1(reader);
    else reader.json();
  }
  return helo;
}

export interface Credentials {
  readonly selfHostname: string;
  readonly sharedKey: string;
  readonly username: string;
  readonly password: string;
}

export function pingMessage({ nonce, auth }: Helo, salt: string, credentials: Credentials): string {
  const [hostname, key] = [toBytes(credentials.selfHostname), toBytes(credentials.sharedKey)];
  const [username, password] = [toBytes(credentials.username), toBytes(credentials.password)];
  const user = auth === '' ? ['', ''] : [username, digest(auth, username, password)];
  const parts = ['PING', hostname, salt, digest(salt, hostname, nonce, key), ...user];
  return (
    encodeArrayHead(parts.length) + parts.map((part, i) => (i === 2 ? encodeBinary(part) : encodeBytes(part))).join('')
  );
}

export interface Ping {
  readonly hostname: string;
  readonly salt: string;
  readonly keyDigest: string;
  readonly username: string;
  readonly passwordDigest: string;
}

export function readPing(bytes: Buffer): Ping | undefined {
  const reader = new MsgpackReader(bytes);
  if (!reader.isArray() || reader.arrayHead() !== 6 || latin1(reader) !== 'PING') return undefined;
  const parts: string[] = [];
  for (let i = 0; i < 5; i++) {
    if (!reader.isBytes()) return undefined;
    parts.push(latin1(reader));
  }
  const [hostname, salt, keyDigest, username, passwordDigest] = parts as [string, string, string, string, string];
  return { hostname, salt, keyDigest, username, passwordDigest };
}

export function refusal(reason: string): string {
  return encodeMsgpack(['PONG', false, reason, '', '']);
}

export function pongMessage(ping: Ping, nonce: string, selfHostname: string, sharedKey: string): string {
  const hostname = toBytes(selfHostname);
  return encodeMsgpack(['PONG', true, '', selfHostname, digest(ping.salt, hostname, nonce, toBytes(sharedKey))]);
}

/** What is wrong with the server's answer; undefined where nothing is. */
export function checkPong(bytes: Buffer, nonce: string, salt: string, credentials: Credentials): string | undefined {
  const reader = new MsgpackReader(bytes);
  if (!reader.isArray() || reader.arrayHead() !== 5 || latin1(reader) !== 'PONG')
    return 'invalid format for PONG message';
  const accepted = reader.value();
  const [reason, hostname, keyDigest] = [latin1(reader), latin1(reader), latin1(reader)];
  if (accepted !== true) return `authentication failed: ${reason}`;
  if (hostname === toBytes(credentials.selfHostname))
    return 'same hostname between input and output: invalid configuration';
  const expected = digest(salt, hostname, nonce, toBytes(credentials.sharedKey));
  return sameDigest(expected, keyDigest) ? undefined : 'shared key mismatch';
}

function latin1(reader: MsgpackReader): string {
  return reader.text();
}
