/** `<endpoint>` of the opensearch outputs: a domain of AWS, whose requests are signed. */
import type { ConfigOf, SectionSpec } from '../../../config/schema.ts';
import { needPackages } from '../../io/package.ts';
import type { OutputHost } from '../../plugin.ts';
import { CREDENTIAL_PACKAGES, type CredentialSource } from '../aws/credentials.ts';
import { KeyRing } from '../aws/key-ring.ts';
import { type Signable, signature } from '../aws/signature.ts';

export const endpointSection = {
  doc: 'A domain of AWS: its requests are signed (Signature Version 4), and `host`, `port`, `hosts` do not count.',
  params: {
    url: { type: 'string', required: true, doc: 'URL of the domain.' },
    region: { type: 'string', required: true, doc: 'Its region.' },
    access_key_id: { type: 'string', default: '', doc: 'Key; without one those of the environment count.' },
    secret_access_key: { type: 'string', default: '', secret: true, doc: 'Secret of the key.' },
    assume_role_arn: { type: 'string', doc: 'Role whose temporary keys sign.' },
    assume_role_session_name: { type: 'string', default: 'fluentd', doc: 'Name of the role’s session.' },
    assume_role_web_identity_token_file: { type: 'string', doc: 'Token with which the role is assumed.' },
    ecs_container_credentials_relative_uri: {
      type: 'string',
      doc: 'Where a container finds its keys; default: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.',
    },
    sts_credentials_region: { type: 'string', doc: 'Region of the token service; default: that of the domain.' },
    refresh_credentials_interval: {
      type: 'time',
      default: '18000',
      doc: 'Seconds after which keys are asked for again.',
    },
    aws_service_name: { type: 'enum', values: ['es', 'aoss'], default: 'es', doc: 'aoss: OpenSearch Serverless.' },
  },
} as const satisfies SectionSpec;

type Endpoint = ConfigOf<typeof endpointSection>;

/** Signs the requests of a client. */
export interface Signer {
  /** Headers to add. */
  sign(request: Signable): Promise<Record<string, string>>;
  /** The keys were refused. */
  renew(): void;
}

interface Configured {
  readonly $sections: { readonly endpoint: readonly Endpoint[] };
}

/** @throws PluginConfigError where a package is missing that keys of this kind need */
export function signerFor({ $sections }: Configured, host: OutputHost, type: string): Signer | undefined {
  const [endpoint] = $sections.endpoint;
  if (endpoint === undefined) return undefined;
  const source = sourceOf(endpoint, host);
  if (source?.kind !== 'keys') needPackages(type, CREDENTIAL_PACKAGES);
  const { clock } = host.ports;
  const ring = new KeyRing(source, clock, endpoint.refresh_credentials_interval * 1000);
  const scope = { region: endpoint.region, service: endpoint.aws_service_name };
  return {
    sign: async (request) => signature(request, await ring.keys(), scope, clock.now()),
    renew: () => ring.forget(),
  };
}

function sourceOf(endpoint: Endpoint, host: OutputHost): CredentialSource | undefined {
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, assume_role_arn: arn } = endpoint;
  if (accessKeyId !== '' && secretAccessKey !== '') return { kind: 'keys', keys: { accessKeyId, secretAccessKey } };
  if (arn !== undefined) {
    const region = endpoint.sts_credentials_region ?? endpoint.region;
    const role = { arn, session: endpoint.assume_role_session_name, region };
    const { assume_role_web_identity_token_file: tokenFile } = endpoint;
    return tokenFile === undefined ? { kind: 'role', role } : { kind: 'web-identity', role, tokenFile };
  }
  const { ecs_container_credentials_relative_uri: uri } = endpoint;
  // The client knows no other way to name the place.
  if (uri !== undefined) process.env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] = uri;
  const isContainer = uri !== undefined || host.env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] !== undefined;
  return isContainer ? { kind: 'container' } : undefined;
}
