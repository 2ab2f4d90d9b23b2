/** `<transport tls>` of servers: parameters and what they mean to Node's TLS. */
import type tls from 'node:tls';
import type { Element } from '../../config/element.ts';
import type { ConfigOf, SectionSpec } from '../../config/schema.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { FsPort } from '../core/ports.ts';
import { generateCertificate } from './certificate.ts';

const VERSION = ['TLSv1_1', 'TLSv1_2', 'TLSv1_3', 'TLS1_1', 'TLS1_2', 'TLS1_3'] as const;

export const TRANSPORT = {
  doc: '`<transport tls>`: connections are encrypted.',
  params: {
    version: { type: 'enum', values: VERSION, doc: 'The one TLS version; default 1.2 and 1.3.' },
    min_version: { type: 'enum', values: VERSION, doc: 'Lowest TLS version.' },
    max_version: { type: 'enum', values: VERSION, doc: 'Highest TLS version.' },
    ciphers: { type: 'string', doc: 'OpenSSL list of ciphers.' },
    insecure: { type: 'bool', default: 'false', doc: 'Without a certificate: make one that nobody can check.' },
    linger_timeout: { type: 'integer', default: '0', doc: 'No effect.', fluentd: 'ignored' },
    ca_path: { type: 'string', doc: 'Certificates of authorities that client certificates must come from.' },
    cert_path: { type: 'string', doc: 'Certificate of the server (PEM, with its chain).' },
    private_key_path: { type: 'string', doc: 'Key of the certificate (PEM).' },
    private_key_passphrase: { type: 'string', secret: true, doc: 'Passphrase of the key.' },
    client_cert_auth: { type: 'bool', default: 'false', doc: 'Clients must show a certificate.' },
    ca_cert_path: { type: 'string', doc: 'Authority that signs a certificate made at start.' },
    ca_private_key_path: { type: 'string', doc: 'Key of that authority.' },
    ca_private_key_passphrase: { type: 'string', secret: true, doc: 'Passphrase of that key.' },
    cert_verifier: { type: 'string', doc: 'Ruby code that checks certificates: not supported.', fluentd: 'ignored' },
    generate_private_key_length: { type: 'integer', default: '2048', doc: 'Bits of the key made at start.' },
    generate_cert_country: { type: 'string', default: 'US', doc: 'Country in a made certificate.' },
    generate_cert_state: { type: 'string', default: 'CA', doc: 'State in a made certificate.' },
    generate_cert_locality: { type: 'string', default: 'Mountain View', doc: 'Locality in a made certificate.' },
    generate_cert_common_name: { type: 'string', doc: 'Name in a made certificate; default the host name.' },
    generate_cert_expiration: { type: 'time', default: '315360000', doc: 'Seconds a made certificate is good for.' },
    generate_cert_digest: {
      type: 'enum',
      values: ['sha1', 'sha256', 'sha384', 'sha512'],
      default: 'sha256',
      doc: 'Digest of its signature.',
    },
  },
} as const satisfies SectionSpec;

export type Transport = ConfigOf<typeof TRANSPORT>;

/** The protocol named by the section's argument. @throws PluginConfigError for one that is not allowed */
export function protocolOf<P extends string>(element: Element, allowed: readonly P[], fallback: P): P {
  const name = element.child('transport')?.arg.trim();
  if (name === undefined || name === '') return fallback;
  const found = allowed.find((protocol) => protocol === name);
  if (found === undefined)
    throw new PluginConfigError(`<transport>: valid options are ${allowed.join(',')} but got ${name}`);
  return found;
}

/** Reads certificates, so call it at start. Undefined where the section is missing or plain. @throws PluginConfigError */
export function serverTls(section: Transport | undefined, fs: FsPort): tls.TlsOptions | undefined {
  if (section === undefined || section.$element.arg.trim() !== 'tls') return undefined;
  const ca = section.ca_path === undefined ? {} : { ca: fs.readFileSync(section.ca_path) };
  return {
    ...certificate(section, fs),
    ...versions(section.version, section.min_version, section.max_version),
    ...(section.ciphers === undefined ? {} : { ciphers: section.ciphers }),
    ...ca,
    requestCert: section.client_cert_auth,
    rejectUnauthorized: section.client_cert_auth,
  };
}

const PROTOCOLS = ['', 'tcp', 'udp', 'tls'];

/** Problems of the section that can be told without reading files. */
export function checkTransport(section: Transport | undefined): void {
  if (section === undefined) return;
  const protocol = section.$element.arg.trim();
  if (!PROTOCOLS.includes(protocol))
    throw new PluginConfigError(`<transport>: valid options are tcp,udp,tls but got ${protocol}`);
  if (protocol !== 'tls') return;
  if (section.cert_path !== undefined && section.private_key_path === undefined)
    throw new PluginConfigError('private_key_path is required when cert_path is specified');
  if (section.ca_cert_path !== undefined && section.ca_private_key_path === undefined)
    throw new PluginConfigError('ca_private_key_path is required when ca_cert_path is specified');
  if (section.cert_path === undefined && section.ca_cert_path === undefined && !section.insecure)
    throw new PluginConfigError(
      "no valid cert options configured. specify either 'cert_path', 'ca_cert_path' or 'insecure'",
    );
  versions(section.version, section.min_version, section.max_version);
}

function certificate(section: Transport, fs: FsPort): tls.SecureContextOptions {
  if (section.cert_path !== undefined)
    return {
      cert: fs.readFileSync(section.cert_path),
      key: fs.readFileSync(section.private_key_path!),
      ...(section.private_key_passphrase === undefined ? {} : { passphrase: section.private_key_passphrase }),
    };
  const authority =
    section.ca_cert_path === undefined
      ? undefined
      : {
          cert: fs.readFileSync(section.ca_cert_path, 'utf8'),
          key: fs.readFileSync(section.ca_private_key_path!, 'utf8'),
          passphrase: section.ca_private_key_passphrase,
        };
  return generateCertificate({
    bits: section.generate_private_key_length,
    country: section.generate_cert_country,
    state: section.generate_cert_state,
    locality: section.generate_cert_locality,
    commonName: section.generate_cert_common_name,
    seconds: section.generate_cert_expiration,
    digest: section.generate_cert_digest,
    authority,
  });
}

export function versions(
  version: string | undefined,
  min: string | undefined,
  max: string | undefined,
): tls.SecureContextOptions {
  if ((min === undefined) !== (max === undefined))
    throw new PluginConfigError('When you set min_version or max_version, you must set both');
  const name = (text: string) => `TLSv${text.replace(/^TLSv?/, '').replace('_', '.')}` as tls.SecureVersion;
  if (min !== undefined && max !== undefined) return { minVersion: name(min), maxVersion: name(max) };
  return version === undefined ? { minVersion: 'TLSv1.2' } : { minVersion: name(version), maxVersion: name(version) };
}
