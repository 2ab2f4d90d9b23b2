import { expect, it } from 'vitest';
import { type Signable, signature } from './signature.ts';

// The example keys of AWS' own test suite.
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const NOW = Date.UTC(2015, 7, 30, 12, 36, 0);

const request = (more: Partial<Signable>): Signable => ({
  ...{ method: 'GET', path: '/', headers: { host: 'example.amazonaws.com' }, body: undefined },
  ...more,
});

function signed(one: Signable) {
  return signature(one, KEYS, { region: 'us-east-1', service: 'es' }, NOW);
}

it('names who signs, what for, and what is signed', () => {
  const headers = signed(request({ headers: { host: 'h', 'content-type': 'application/x-ndjson' } }));
  expect(headers['x-amz-date']).toBe('20150830T123600Z');
  expect(headers['x-amz-content-sha256']).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(headers['authorization']).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/es\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
  );
});

// Made by AWS' own signer (@smithy/signature-v4) for the same keys, time, region and service.
it.each([
  ['GET', '/', {}, undefined, '55804f78462ac7de3a019a61d03349ecfec707e619615587f2bf20a652f70b6c'],
  [
    'POST',
    '/_bulk',
    { 'content-type': 'application/x-ndjson' },
    '{"index":{}}\n{"a":1}\n',
    '4de9980f53b3c36f1901dbbc3fedde1814fea3abd63e2fce79ab60c9bbf25699',
  ],
  ['HEAD', '/_alias/a%20b', {}, undefined, '1cc67eab887fa2f78a5ada2eefb2f6344b7e2e9d2acc993684955594a6fdb4ce'],
  [
    'PUT',
    '/%3Cx-%7Bnow%2Fd%7D-000001%3E',
    { 'content-type': 'application/json', 'x-custom': '  a   b ' },
    '{}',
    'fd8f1cf6ac322752d57e34959419d7a6cb633a23bdfa6f00088f4c35138b9458',
  ],
  [
    'GET',
    '/_cat/indices?h=a,b&format=json&v=',
    {},
    undefined,
    'b7d8fad6ccf6b8b5dd6bc6b0db6c7e5de57cd811c4f69f89b1906dadbc8e11b9',
  ],
  [
    'POST',
    "/pre/x'(*)!~/_bulk?b=2&a=1&a=0",
    {},
    'é',
    '736c2fc9ed7ae8bf02495e78740ce1562d8fddc0426ee2584bc30b158a45a2a5',
  ],
])('%s %s has the signature of AWS', (method, path, headers, body, expected) => {
  const one = {
    ...{ method, path, headers: { host: 'h.example:9200', ...headers } },
    body: body === undefined ? undefined : Buffer.from(body),
  };
  const { authorization } = signature(one, KEYS, { region: 'eu-west-1', service: 'es' }, NOW);
  expect(authorization).toMatch(new RegExp(`Signature=${expected}$`));
});

it('the token of temporary keys is sent and signed', () => {
  const one = request({ headers: { host: 'h.example:9200' } });
  const keys = { ...KEYS, sessionToken: 'TOKEN==' };
  const made = signature(one, keys, { region: 'eu-west-1', service: 'es' }, NOW);
  expect(made['x-amz-security-token']).toBe('TOKEN==');
  expect(made['authorization']).toMatch(/eb49333c2ba75b5a9d13538ba35e25679a45bbc7b1036d3bcfee3e345a2e8e49$/);
});
