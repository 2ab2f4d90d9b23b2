/** Parameters of the s3 output: all of fluent-plugin-s3's. */
import type { SectionSpec } from '../../../config/schema.ts';
import { INJECT } from '../../codec/inject.ts';

const ROLE = {
  role_session_name: { type: 'string', required: true, doc: 'Name of the session.' },
  policy: { type: 'string', doc: 'IAM policy (JSON) that limits the session.' },
  duration_seconds: { type: 'integer', doc: 'Seconds that the session lasts.' },
  sts_region: { type: 'string', doc: 'Region of the token service; default s3_region.' },
  sts_http_proxy: { type: 'string', secret: true, doc: 'URL of a proxy to the token service.' },
  sts_endpoint_url: { type: 'string', doc: 'URL of the token service.' },
} as const satisfies SectionSpec['params'];

export const schema = {
  doc: 'S3 output.',
  params: {
    path: { type: 'string', default: '', doc: 'Beginning of the objects’ keys; placeholders allowed.' },
    s3_bucket: { type: 'string', required: true, doc: 'Bucket.' },
    s3_region: { type: 'string', doc: 'Region; default AWS_REGION of the environment, else us-east-1.' },
    s3_endpoint: { type: 'string', doc: 'URL of a store that speaks S3; not for AWS itself.' },
    s3_object_key_format: {
      type: 'string',
      default: '%{path}%{time_slice}_%{index}.%{file_extension}',
      doc: 'Keys of objects: %{path}, %{time_slice}, %{index}, %{file_extension}, %{hex_random}, %{uuid_flush}, %{hostname}, %{hms_slice}; placeholders allowed.',
    },
    store_as: {
      type: 'string',
      default: 'gzip',
      doc: 'How objects are stored: gzip, text, json, zstd, gzip_command, lzma2 (with xz), lzo (with lzop).',
      fluentd: 'parquet too; gzip_command runs gzip',
    },
    command_parameter: { type: 'string', doc: 'Options of xz (default -qf0) or lzop (-qf1).' },
    time_slice_format: { type: 'string', doc: 'strftime of %{time_slice}; default as fine as timekey.' },
    aws_key_id: { type: 'string', secret: true, doc: 'Access key.' },
    aws_sec_key: { type: 'string', secret: true, doc: 'Secret key.' },
    aws_profile: { type: 'string', doc: 'Profile in the files of AWS.' },
    aws_credential_process: { type: 'string', doc: 'Command that prints credentials.' },
    aws_iam_retries: {
      type: 'integer',
      deprecated: "Use 'instance_profile_credentials' instead",
      doc: 'Credentials of the instance, with so many tries.',
    },
    enable_transfer_acceleration: { type: 'bool', default: 'false', doc: 'Accelerated endpoint.' },
    enable_dual_stack: { type: 'bool', default: 'false', doc: 'Endpoint with IPv6.' },
    use_bundled_cert: { type: 'bool', default: 'false', doc: 'No effect: Node has its own.', fluentd: 'ignored' },
    ssl_verify_peer: { type: 'bool', default: 'true', doc: 'Check the server’s certificate.' },
    ssl_ca_bundle: { type: 'string', doc: 'File of authorities (PEM).' },
    ssl_ca_directory: { type: 'string', doc: 'Folder of files of authorities (PEM).' },
    force_path_style: { type: 'bool', default: 'false', doc: 'The bucket stands in the path, not in the host name.' },
    proxy_uri: { type: 'string', doc: 'URL of a proxy.' },
    auto_create_bucket: { type: 'bool', default: 'true', doc: 'Make a bucket that is missing.' },
    check_bucket: { type: 'bool', default: 'true', doc: 'Look for the bucket before the first object.' },
    check_object: {
      type: 'bool',
      default: 'true',
      doc: 'Never write over an object: %{index} counts up until the key is free.',
      fluentd: 'looks before it writes; two writers can find one key free',
    },
    check_apikey_on_start: {
      type: 'bool',
      default: 'true',
      doc: 'Try the credentials before the first object.',
      fluentd: 'a failure stops the start',
    },
    overwrite: { type: 'bool', default: 'false', doc: 'Without %{index} in the keys: write over an object.' },
    index_format: { type: 'string', default: '%d', doc: 'sprintf of %{index}: %d, %04d, %x, %X.' },
    hex_random_length: { type: 'integer', default: '4', doc: 'Length of %{hex_random}, at most 16.' },
    storage_class: { type: 'string', default: 'STANDARD', doc: 'Storage class.' },
    reduced_redundancy: {
      type: 'bool',
      default: 'false',
      deprecated: 'Use storage_class parameter instead.',
      doc: 'storage_class REDUCED_REDUNDANCY.',
    },
    acl: { type: 'string', doc: 'Canned permission: private, public-read …' },
    grant_full_control: { type: 'string', doc: 'Who gets every permission.' },
    grant_read: { type: 'string', doc: 'Who may read the object.' },
    grant_read_acp: { type: 'string', doc: 'Who may read its permissions.' },
    grant_write_acp: { type: 'string', doc: 'Who may write its permissions.' },
    use_server_side_encryption: { type: 'string', doc: 'Encryption in the store: AES256, aws:kms.' },
    ssekms_key_id: { type: 'string', secret: true, doc: 'Key of aws:kms.' },
    sse_customer_algorithm: { type: 'string', doc: 'Algorithm of a key of one’s own: AES256.' },
    sse_customer_key: { type: 'string', secret: true, doc: 'That key.' },
    sse_customer_key_md5: { type: 'string', secret: true, doc: 'Its MD5.' },
    compute_checksums: { type: 'bool', doc: 'false: no checksums but where the store demands them.' },
    checksum_algorithm: { type: 'string', doc: 'Checksum of objects: CRC32, CRC32C, SHA1, SHA256.' },
    signature_version: { type: 'string', doc: 'No effect: version 4 always.', fluentd: 's3 is version 2' },
    warn_for_delay: { type: 'time', doc: 'Warn when a time slice older than that is written (seconds).' },
    tagging: { type: 'string', doc: 'Tags of objects: a=1&b=2.' },
    s3_metadata: { type: 'hash', doc: 'Metadata of objects; placeholders and %{index} allowed.' },
  },
  sections: {
    format: { doc: 'Formatter; default `out_file`.', params: {}, anyParam: true, plugin: 'formatter' },
    inject: INJECT,
    compress: {
      doc: 'Of `store_as zstd`.',
      params: { level: { type: 'integer', default: '3', doc: 'Level, 1 to 22.' } },
    },
    assume_role_credentials: {
      doc: 'Credentials of a role.',
      params: {
        role_arn: { type: 'string', required: true, secret: true, doc: 'The role.' },
        external_id: { type: 'string', secret: true, doc: 'Id that the role’s owner asks for.' },
        ...ROLE,
      },
    },
    web_identity_credentials: {
      doc: 'Credentials of a role for a service account’s token (EKS).',
      params: {
        role_arn: { type: 'string', required: true, doc: 'The role.' },
        web_identity_token_file: { type: 'string', required: true, doc: 'File with the token.' },
        ...ROLE,
      },
    },
    instance_profile_credentials: {
      doc: 'Credentials of the instance (EC2), or of the container (ECS) where the environment names them.',
      params: {
        retries: { type: 'integer', doc: 'Tries; default 5.' },
        ip_address: { type: 'string', doc: 'Address of the metadata service.' },
        port: { type: 'integer', doc: 'Its port.' },
        http_open_timeout: { type: 'float', doc: 'Seconds that connecting may take; default 5.' },
        http_read_timeout: { type: 'float', doc: 'Seconds to wait for an answer; default 5.' },
      },
    },
    shared_credentials: {
      doc: 'Credentials in a file of AWS.',
      params: {
        path: { type: 'string', doc: 'The file; default ~/.aws/credentials.' },
        profile_name: { type: 'string', doc: 'Profile; default AWS_PROFILE of the environment, else default.' },
      },
    },
    bucket_lifecycle_rule: {
      doc: 'A rule of the bucket about the end of objects.',
      multi: true,
      params: {
        id: { type: 'string', required: true, doc: 'Name of the rule.' },
        prefix: { type: 'string', default: '', doc: 'Keys it counts for.' },
        expiration_days: { type: 'integer', required: true, doc: 'Days until an object is removed.' },
      },
    },
  },
} as const satisfies SectionSpec;
