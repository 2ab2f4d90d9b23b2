/**
 * A configuration as it is, but with its files in a folder of its own and its cluster on 127.0.0.1: so that it can run here. Tags stay
 * what they would be: where a tag takes the file's name, the name outside of the folder.
 */
import net, { type AddressInfo } from 'node:net';
import { typeOf } from '../../src/agent/host.ts';
import { dumpElement } from '../../src/config/dump.ts';
import type { Element } from '../../src/config/element.ts';

export interface TailSource {
  readonly element: Element;
  /** The file to write to. */
  readonly file: string;
  readonly tag: string;
  readonly label: string | undefined;
}

export interface Redirected {
  readonly text: string;
  readonly root: Element;
  readonly sources: readonly TailSource[];
}

const CONTAINER = 'web-0_default_app-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const UID = '0a1b2c3d-0000-4000-8000-000000000000';
/** Outputs whose `path` is a file, and sections that are on the disk. */
const ON_DISK = /^(?:file|secondary_file|local)$/;
const TLS = /^(?:ssl_.*|ca_file|ca_path|client_(?:cert|key).*|ssl_version|cloud_id|cloud_auth)$/;

/** A file that a glob means, named as the kubelet names logs. */
function example(glob: string): string {
  const one = glob.replaceAll('**', '*');
  if (!one.startsWith('/var/log/pods/')) return one.replace(/(?<=\/)\*(?=(?:\.log)?$)/, CONTAINER).replaceAll('*', 'x');
  const [pod = '', ...rest] = one.slice('/var/log/pods/'.length).split('/');
  const name = pod === '*' ? `default_web-0_${UID}` : pod.replace(/^\*/, 'default_').replace(/\*$/, `-0_${UID}`);
  return ['/var/log/pods', name, ...rest]
    .join('/')
    .replace(/\*\.log$/, '0.log')
    .replaceAll('*', 'app');
}

export async function redirect(root: Element, folder: string, port: number): Promise<Redirected> {
  const sources: TailSource[] = [];
  const inside = (value: string) =>
    value.startsWith('[')
      ? value.replace(/"\//g, `"${folder}/`)
      : value
          .split(',')
          .map((part) => part.trim())
          .map((part) => (part.startsWith('/') ? folder + part : part))
          .join(',');
  const set = (element: Element, changes: Record<string, string | undefined>) => {
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) element.params.delete(name);
      else element.params.set(name, { value, quote: 'double', file: element.file, line: element.line });
    }
  };
  const redirectTail = (element: Element) => {
    const patterns = (element.text('path') ?? '').replace(/^\[|\]$/g, '').split(',');
    const name = example(patterns[0]!.trim().replace(/^"|"$/g, ''));
    const fed = (name.endsWith('/') ? `${name}app.log` : name).replace(/%[A-Za-z]/g, '1');
    const tag = (element.text('tag') ?? '').replace('*', fed.replaceAll('/', '.').replace(/^\./, ''));
    const pos = element.text('pos_file');
    const exclude = element.text('exclude_path');
    set(element, {
      path: folder + fed,
      tag,
      read_from_head: 'true',
      pos_file: pos === undefined ? `${folder}/${sources.length}.pos` : inside(pos),
      exclude_path: exclude === undefined ? undefined : inside(exclude),
    });
    sources.push({ element, file: folder + fed, tag, label: element.text('@label') });
  };
  const visit = async (element: Element): Promise<void> => {
    const type = typeOf(element) ?? '';
    if (element.name === 'source' && type === 'tail') redirectTail(element);
    else if (
      (element.name === 'source' && element.params.has('port')) ||
      (/^(?:forward|http|prometheus|monitor_agent|syslog|tcp|udp)$/.test(type) && element.name === 'source')
    )
      set(element, { port: String(await freePort()), bind: '127.0.0.1' });
    else if (type === 'kubernetes_metadata')
      set(element, { ca_file: undefined, client_cert: undefined, client_key: undefined, bearer_token_file: undefined });
    else if (element.name === 'match' || element.name === 'store') redirectOutput(element, type);
    const onDisk = element.name === 'buffer' || element.name === 'storage' || ON_DISK.test(type);
    const at = element.text('path');
    if (onDisk && at !== undefined) set(element, { path: inside(at) });
    for (const child of element.children) await visit(child);
  };
  const redirectOutput = (element: Element, type: string) => {
    if (!/^(?:elasticsearch|opensearch)/.test(type)) return;
    for (const name of [...element.params.keys()]) if (TLS.test(name)) element.params.delete(name);
    set(element, { hosts: undefined, host: '127.0.0.1', port: String(port), scheme: 'http' });
  };
  await visit(root);
  return { text: root.children.map((child) => dumpElement(child, () => false)).join('\n'), root, sources };
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
