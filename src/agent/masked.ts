/** Parameters as written, for people to read, without their secrets; and the secrets of a whole configuration, so that no log tells them. */
import type { Element } from '../config/element.ts';
import type { SectionSpec } from '../config/schema.ts';
import { looksSecretByName, MASK, masked, type Secrets } from '../config/secrets.ts';
import { typeOf } from './host.ts';
import type { Loaded } from './registry.ts';
import { SECTION_KINDS } from './section-kinds.ts';

export function maskedParams(element: Element, schema: SectionSpec): Record<string, string> {
  const secret = secretNames(schema);
  return Object.fromEntries(
    [...element.params].map(([name, { value }]) => [
      name,
      secret.has(name) || looksSecretByName(name) ? MASK : masked(value),
    ]),
  );
}

function secretNames(schema: SectionSpec | undefined): Set<string> {
  return new Set(
    Object.entries(schema?.params ?? {}).flatMap(([name, spec]) =>
      spec.secret ? [name, ...(spec.alias === undefined ? [] : [spec.alias])] : [],
    ),
  );
}

/** Collects what `maskedParams` hides in any section below `element`. */
export function collectSecrets(element: Element, loaded: Loaded, secrets: Secrets, schema?: SectionSpec): void {
  const kind = SECTION_KINDS[element.name];
  const type = typeOf(element);
  const own = (kind === undefined || type === undefined ? undefined : loaded.get(kind, type)?.schema) ?? schema;
  const names = secretNames(own);
  for (const [name, { value }] of element.params) {
    if (names.has(name) || looksSecretByName(name)) secrets.add(value);
    else masked(value, (secret, whose) => (whose === undefined ? secrets.add(secret) : secrets.addPair(whose, secret)));
  }
  const user = element.text('user') ?? element.text('username');
  const password = element.text('password');
  if (user !== undefined && password !== undefined) secrets.addPair(user, password);
  for (const child of element.children) collectSecrets(child, loaded, secrets, own?.sections?.[child.name]);
}
