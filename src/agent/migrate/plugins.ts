/** Which plugins and parameters of a configuration are here, and which are accepted without effect. */
import type { Element } from '../../config/element.ts';
import type { SectionSpec } from '../../config/schema.ts';
import { commonParams } from '../common-params.ts';
import { typeOf } from '../host.ts';
import type { Kind, Loaded } from '../registry.ts';
import { SECTION_KINDS } from '../section-kinds.ts';

export interface PluginUse {
  readonly kind: Kind;
  readonly type: string;
  readonly element: Element;
  readonly supported: boolean;
  /** Parameters that are known and do nothing here. */
  readonly ignored: readonly string[];
  /** Parameters that work in another way than Fluentd's, with how. */
  readonly different: readonly string[];
}

export function pluginUses(root: Element, loaded: Loaded): PluginUse[] {
  const kind = SECTION_KINDS[root.name];
  const type = typeOf(root);
  const own = kind === undefined || type === undefined ? [] : [useOf(root, kind, type, loaded)];
  return [...own, ...root.children.flatMap((child) => pluginUses(child, loaded))];
}

function useOf(element: Element, kind: Kind, type: string, loaded: Loaded): PluginUse {
  const definition = loaded.get(kind, type);
  if (definition === undefined) return { kind, type, element, supported: false, ignored: [], different: [] };
  const params: SectionSpec['params'] = { ...commonParams(kind).params, ...definition.schema.params };
  const noted = [...element.params.keys()].flatMap((name) => {
    const note = params[name]?.fluentd;
    return note === undefined ? [] : [{ name, note }];
  });
  return {
    ...{ kind, type, element, supported: true },
    ignored: noted.filter(({ note }) => note === 'ignored').map(({ name }) => name),
    different: noted.filter(({ note }) => note !== 'ignored').map(({ name, note }) => `${name}: ${note}`),
  };
}
