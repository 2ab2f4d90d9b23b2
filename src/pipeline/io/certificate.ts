/**
 * Makes a server certificate at start (`<transport tls>` with `insecure`, or with an authority of one's own): X.509 v3 in DER, written
 * by hand because Node reads certificates but does not make them.
 */
import crypto from 'node:crypto';
import os from 'node:os';

export interface CertificateOptions {
  readonly bits: number;
  readonly country: string;
  readonly state: string;
  readonly locality: string;
  /** Default: the host name. */
  readonly commonName: string | undefined;
  /** Time the certificate is good for. */
  readonly seconds: number;
  readonly digest: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** Signs it; without one it signs itself. PEM. */
  readonly authority:
    | { readonly cert: string; readonly key: string; readonly passphrase: string | undefined }
    | undefined;
}

const SIGNATURES = {
  sha1: '1.2.840.113549.1.1.5',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
} as const;

/** PEM texts. */
export function generateCertificate(options: CertificateOptions): { cert: string; key: string } {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: options.bits });
  const { authority, digest } = options;
  const signer =
    authority === undefined
      ? privateKey
      : crypto.createPrivateKey({ key: authority.key, passphrase: authority.passphrase });
  const subject = nameOf(options);
  const issuer = authority === undefined ? subject : subjectOf(new crypto.X509Certificate(authority.cert));
  const algorithm = sequence(oid(SIGNATURES[digest]), NULL);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(crypto.randomBytes(10)),
    algorithm,
    issuer,
    sequence(time(0), time(Date.now() + options.seconds * 1000)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      0xa3,
      sequence(extension('2.5.29.19', sequence(...(authority === undefined ? [TRUE] : []))), alternatives(options)),
    ),
  );
  const signature = crypto.sign(digest, body, signer);
  const der = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

function nameOf({ country, state, locality, commonName }: CertificateOptions): Buffer {
  const part = (id: string, text: string) =>
    tagged(0x31, sequence(oid(id), tagged(id === '2.5.4.6' ? 0x13 : 0x0c, Buffer.from(text))));
  return sequence(
    part('2.5.4.6', country),
    part('2.5.4.8', state),
    part('2.5.4.7', locality),
    part('2.5.4.3', commonName ?? os.hostname()),
  );
}

/** Clients look for the name here rather than in the subject. */
function alternatives({ commonName }: CertificateOptions): Buffer {
  return extension('2.5.29.17', sequence(tagged(0x82, Buffer.from(commonName ?? os.hostname()))));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), tagged(0x04, value));
}

/** The subject of a certificate as it stands in it: the sixth part of its body (after version, serial, algorithm, issuer, validity). */
function subjectOf(certificate: crypto.X509Certificate): Buffer {
  const body = contents(contents(certificate.raw)[0]!);
  return body[5]!;
}

/** The parts of a DER sequence, each with its head. */
function contents(der: Buffer): Buffer[] {
  let at = bodyStart(der, 0);
  const parts: Buffer[] = [];
  while (at < der.length) {
    const start = bodyStart(der, at);
    const end = start + bodyLength(der, at);
    parts.push(der.subarray(at, end));
    at = end;
  }
  return parts;
}

function bodyLength(der: Buffer, at: number): number {
  const first = der[at + 1]!;
  return first < 0x80 ? first : der.readUIntBE(at + 2, first - 0x80);
}

function bodyStart(der: Buffer, at: number): number {
  const first = der[at + 1]!;
  return at + 2 + (first < 0x80 ? 0 : first - 0x80);
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const size = Buffer.from(
    body.length.toString(16).padStart(body.length > 0xffff ? 6 : body.length > 0xff ? 4 : 2, '0'),
    'hex',
  );
  return Buffer.concat([Buffer.from([tag, 0x80 + size.length]), size, body]);
}

const NULL = Buffer.from([5, 0]);
const TRUE = Buffer.from([1, 1, 0xff]);

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function oid(text: string): Buffer {
  const [first, second, ...rest] = text.split('.').map(Number) as [number, number, ...number[]];
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const groups = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

/** GeneralizedTime, whole seconds. */
function time(ms: number): Buffer {
  return tagged(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')}`));
}
