/** Ruby's own parser, prism (WebAssembly): there while Ruby is read, which is at start; its 10 MiB go when it was not asked for a while. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { ParseResult } from '@ruby/prism/src/deserialize.js';

type Parse = (source: string) => ParseResult;

const require = createRequire(import.meta.url);
let loaded: WeakRef<Parse> | undefined;

export function parseRuby(source: string): ParseResult {
  let parse = loaded?.deref();
  if (parse === undefined) {
    parse = load();
    loaded = new WeakRef(parse);
  }
  return parse(source);
}

/** As prism's own `loadPrism`, but at once. */
function load(): Parse {
  const { parsePrism } = require('@ruby/prism/src/parsePrism.js') as typeof import('@ruby/prism/src/parsePrism.js');
  const { WASI } = process.getBuiltinModule('node:wasi');
  const code = fs.readFileSync(require.resolve('@ruby/prism/src/prism.wasm'));
  const wasi = new WASI({ version: 'preview1' });
  const imports = wasi.getImportObject() as WebAssembly.Imports;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), imports);
  wasi.initialize(instance);
  return (source) => parsePrism(instance.exports, source);
}
