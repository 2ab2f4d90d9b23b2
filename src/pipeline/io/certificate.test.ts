import crypto from 'node:crypto';
import { expect, it } from 'vitest';
import { generateCertificate } from './certificate.ts';

const base = { bits: 2048, country: 'US', state: 'CA', locality: 'X', seconds: 3600, digest: 'sha256' } as const;

it('a made certificate is signed by itself, names its host and can be read', () => {
  const { cert, key } = generateCertificate({ ...base, commonName: 'logs.example', authority: undefined });
  const read = new crypto.X509Certificate(cert);
  expect(read.verify(read.publicKey)).toBe(true);
  expect(read.checkHost('logs.example')).toBe('logs.example');
  expect(read.checkPrivateKey(crypto.createPrivateKey(key))).toBe(true);
  expect(read.ca).toBe(true);
});

it('a certificate made by an authority verifies against it', () => {
  const ca = generateCertificate({ ...base, commonName: 'authority', authority: undefined });
  const made = generateCertificate({ ...base, commonName: 'node', authority: { ...ca, passphrase: undefined } });
  const read = new crypto.X509Certificate(made.cert);
  const authority = new crypto.X509Certificate(ca.cert);
  expect(read.verify(authority.publicKey)).toBe(true);
  expect(read.checkIssued(authority)).toBe(true);
  expect(read.ca).toBe(false);
});
