/** Parameters as written, for people to read: secrets, also in headers and URLs, are masked. */
import type { Element } from '../config/element.ts';
import type { SectionSpec } from '../config/schema.ts';

const MASK = 'xxxxxx';
/** Also parameters that no schema knows: a mistyped `passwort` is still a secret. */
const SECRET_NAME = /passw|passphrase|secret|token|shared_key|api_?key|credential|private_key$|^cloud_auth$/i;
const SECRET_HEADER = /authorization|cookie|token|secret|api-?key/i;

export function maskedParams(element: Element, schema: SectionSpec): Record<string, string> {
  const secret = new Set(
    Object.entries(schema.params).flatMap(([name, spec]) =>
      spec.secret ? [name, ...(spec.alias === undefined ? [] : [spec.alias])] : [],
    ),
  );
  return Object.fromEntries(
    [...element.params].map(([name, { value }]) => [
      name,
      secret.has(name) || SECRET_NAME.test(name) ? MASK : withoutSecrets(value),
    ]),
  );
}

function withoutSecrets(value: string): string {
  const urls = value.replace(/(\w:\/\/[^\s/:@]*):[^\s@]*@/g, `$1:${MASK}@`);
  if (!urls.startsWith('{')) return urls;
  try {
    const hash = JSON.parse(urls) as Record<string, unknown>;
    const masked = Object.entries(hash).map(([name, item]) => [name, SECRET_HEADER.test(name) ? MASK : item]);
    return JSON.stringify(Object.fromEntries(masked));
  } catch {
    return urls;
  }
}
