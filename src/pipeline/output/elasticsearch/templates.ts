/** Index templates from files: read, customised, and made to name the policy and alias that lifecycle management needs. */
import { SluiceError } from '../../core/errors.ts';
import type { FsPort } from '../../core/ports.ts';
import { type Hash, isHash, parseJson, type Value } from '../../core/value.ts';

/** @throws SluiceError for a file that is missing or no JSON object */
export function readTemplate(fs: FsPort, file: string, customize: Readonly<Record<string, string>> | undefined): Hash {
  if (!fs.existsSync(file))
    throw new SluiceError(
      'ERR_TEMPLATE',
      `If you specify a template_name you must specify a valid template file (checked '${file}')!`,
    );
  let text = fs.readFileSync(file, 'utf8').replaceAll('\n', '');
  for (const [placeholder, value] of Object.entries(customize ?? {}))
    text = text.replaceAll(placeholder, () => value.toLowerCase());
  let template: Value;
  try {
    template = parseJson(text);
  } catch (error) {
    throw new SluiceError('ERR_TEMPLATE', `template file '${file}' is no JSON: ${(error as Error).message}`);
  }
  if (!isHash(template)) throw new SluiceError('ERR_TEMPLATE', `template file '${file}' is no JSON object`);
  return template;
}

export interface Lifecycle {
  /** What the patterns begin with. */
  readonly target: string;
  readonly separator: string;
  readonly policy: string;
  readonly alias: string;
  readonly isLegacy: boolean;
}

/** Patterns, policy, alias, and an order by which the template of the longer name wins. */
export function withLifecycle(template: Hash, options: Lifecycle): Hash {
  const { target, separator, policy, alias, isLegacy } = options;
  const patterns = `${target}${separator}*`;
  const lifecycle = { 'index.lifecycle.name': policy, 'index.lifecycle.rollover_alias': alias };
  const depth = target.split(separator).length - 1;
  const rank = (given: Value | undefined, otherwise: number) =>
    typeof given === 'number' ? given + depth + 1 : otherwise + depth;
  if (isLegacy) {
    const { template: _pattern, ...rest } = template;
    const settings = { ...hashOf(rest['settings']), ...lifecycle };
    return { ...rest, index_patterns: patterns, settings, order: rank(rest['order'], 51) };
  }
  const inner = hashOf(template['template']);
  const settings = { ...hashOf(inner['settings']), ...lifecycle };
  return {
    ...template,
    index_patterns: patterns,
    template: { ...inner, settings },
    priority: rank(template['priority'], 101),
  };
}

function hashOf(value: Value | undefined): Hash {
  return isHash(value) ? value : {};
}

/** The policy of an output that names none. */
export const DEFAULT_POLICY: Hash = {
  policy: { phases: { hot: { actions: { rollover: { max_size: '50gb', max_age: '30d' } } } } },
};
