/** Which credentials the configuration means: the first of the ways that it names, in the order of Fluentd's plugin. */
import type { ConfigOf } from '../../../config/schema.ts';
import type { CredentialSource, Role } from '../aws/credentials.ts';
import type { schema } from './schema.ts';

type Config = ConfigOf<typeof schema>;

export function credentialSource(
  config: Config,
  region: string,
  env: Readonly<Record<string, string | undefined>>,
): CredentialSource | undefined {
  const { aws_key_id: id, aws_sec_key: secret } = config;
  const keys = id === undefined || secret === undefined ? undefined : { accessKeyId: id, secretAccessKey: secret };
  const [assume] = config.$sections.assume_role_credentials;
  const [web] = config.$sections.web_identity_credentials;
  const [instance] = config.$sections.instance_profile_credentials;
  const [shared] = config.$sections.shared_credentials;
  if (assume !== undefined) return { kind: 'role', role: roleOf(assume, region), externalId: assume.external_id, keys };
  if (keys !== undefined) return { kind: 'keys', keys };
  if (config.aws_profile !== undefined) return { kind: 'file', profile: config.aws_profile };
  if (config.aws_credential_process !== undefined) return { kind: 'command', command: config.aws_credential_process };
  if (web !== undefined)
    return { kind: 'web-identity', role: roleOf(web, region), tokenFile: web.web_identity_token_file };
  const inContainer = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] !== undefined;
  if (instance !== undefined) {
    if (inContainer) return { kind: 'container' };
    const { retries, ip_address: host, port } = instance;
    return { kind: 'instance', retries, host, port, timeout: instance.http_read_timeout ?? instance.http_open_timeout };
  }
  if (shared !== undefined) return { kind: 'file', path: shared.path, profile: shared.profile_name };
  if (config.aws_iam_retries === undefined) return undefined;
  return inContainer ? { kind: 'container' } : { kind: 'instance', retries: config.aws_iam_retries };
}

type RoleSection = Pick<
  Config['$sections']['assume_role_credentials'][number],
  | 'role_arn'
  | 'role_session_name'
  | 'policy'
  | 'duration_seconds'
  | 'sts_region'
  | 'sts_http_proxy'
  | 'sts_endpoint_url'
>;

function roleOf(section: RoleSection, region: string): Role {
  return {
    arn: section.role_arn,
    session: section.role_session_name,
    policy: section.policy,
    duration: section.duration_seconds,
    region: section.sts_region ?? region,
    endpoint: section.sts_endpoint_url,
    proxy: section.sts_http_proxy,
  };
}
