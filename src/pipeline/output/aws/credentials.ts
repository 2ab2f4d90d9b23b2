/** Where AWS credentials come from, as configurations say it, and the client's provider for it. Loads the client's code. */
import type { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { SluiceError } from '../../core/errors.ts';
import { RunningCommand } from '../../io/command.ts';
import { type ClientOptions, connection } from './connection.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Role {
  readonly arn: string;
  readonly session: string;
  readonly policy?: string | undefined;
  /** Seconds. */
  readonly duration?: number | undefined;
  readonly region: string | undefined;
  /** URL of the token service. */
  readonly endpoint?: string | undefined;
  readonly proxy?: string | undefined;
}

export type CredentialSource =
  | { readonly kind: 'keys'; readonly keys: Keys }
  | {
      readonly kind: 'role';
      readonly role: Role;
      readonly externalId?: string | undefined;
      readonly keys?: Keys | undefined;
    }
  | { readonly kind: 'web-identity'; readonly role: Role; readonly tokenFile: string | undefined }
  | {
      readonly kind: 'instance';
      readonly retries?: number | undefined;
      readonly host?: string | undefined;
      readonly port?: number | undefined;
      /** Seconds. */
      readonly timeout?: number | undefined;
    }
  | { readonly kind: 'container' }
  | { readonly kind: 'file'; readonly path?: string | undefined; readonly profile?: string | undefined }
  | { readonly kind: 'command'; readonly command: string };

type Provider = ReturnType<typeof fromTemporaryCredentials>;

const RETRIES = 5;
const TIMEOUT_SECONDS = 5;

/** The packages that this needs. */
export const CREDENTIAL_PACKAGES = ['@aws-sdk/credential-providers'];

/** Undefined: the client's own chain (environment, files, container, instance). */
export async function credentials(
  source: CredentialSource | undefined,
): Promise<Provider | Keys | (() => Promise<Keys>) | undefined> {
  if (source === undefined) return undefined;
  if (source.kind === 'keys') return source.keys;
  if (source.kind === 'command') return () => fromCommand(source.command);
  const providers = await import('@aws-sdk/credential-providers');
  switch (source.kind) {
    case 'role': {
      const { arn, session, policy, duration } = source.role;
      return providers.fromTemporaryCredentials({
        params: {
          RoleArn: arn,
          RoleSessionName: session,
          ...(policy === undefined ? {} : { Policy: policy }),
          ...(duration === undefined ? {} : { DurationSeconds: duration }),
          ...(source.externalId === undefined ? {} : { ExternalId: source.externalId }),
        },
        ...(source.keys === undefined ? {} : { masterCredentials: source.keys }),
        clientConfig: stsOptions(source.role),
      });
    }
    case 'web-identity': {
      const { arn, session, policy, duration } = source.role;
      return providers.fromTokenFile({
        roleArn: arn,
        roleSessionName: session,
        ...(source.tokenFile === undefined ? {} : { webIdentityTokenFile: source.tokenFile }),
        ...(policy === undefined ? {} : { policy }),
        ...(duration === undefined ? {} : { durationSeconds: duration }),
        clientConfig: stsOptions(source.role),
      });
    }
    case 'container':
      return providers.fromContainerMetadata({ timeout: TIMEOUT_SECONDS * 1000, maxRetries: RETRIES });
    case 'file':
      return providers.fromIni({
        ...(source.path === undefined ? {} : { filepath: source.path }),
        ...(source.profile === undefined ? {} : { profile: source.profile }),
      });
    case 'instance':
      if (source.host !== undefined || source.port !== undefined)
        // The client knows no other way to name the place.
        process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] =
          `http://${source.host ?? '169.254.169.254'}:${source.port ?? 80}`;
      return providers.fromInstanceMetadata({
        maxRetries: source.retries ?? RETRIES,
        timeout: (source.timeout ?? TIMEOUT_SECONDS) * 1000,
      });
  }
}

function stsOptions({ region, endpoint, proxy }: Role): ClientOptions {
  return connection({ region, endpoint, proxy });
}

interface Found {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken?: string;
  readonly Expiration?: string;
}

/** A command that prints credentials, as `credential_process` of AWS' own files does. */
async function fromCommand(command: string) {
  let text = '';
  const running = new RunningCommand(command, {
    withStderr: false,
    onOutput: (block) => {
      text += block.toString();
    },
  });
  const { code } = await running.done;
  if (code !== 0) throw new SluiceError('ERR_CREDENTIALS', `aws_credential_process ended with ${code}`);
  try {
    const found = JSON.parse(text) as Found;
    return {
      accessKeyId: found.AccessKeyId,
      secretAccessKey: found.SecretAccessKey,
      ...(found.SessionToken === undefined ? {} : { sessionToken: found.SessionToken }),
      ...(found.Expiration === undefined ? {} : { expiration: new Date(found.Expiration) }),
    };
  } catch {
    // What it printed may hold secrets.
    throw new SluiceError('ERR_CREDENTIALS', 'aws_credential_process printed no JSON');
  }
}
