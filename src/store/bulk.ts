/**
 * `_bulk`: actions and sources line by line, in one transaction; each item has its own verdict.
 *
 * Guarantees: the source is stored byte by byte as it came. `create` of an id that is there is 409 and changes nothing.
 */
import { mappedTypes } from './document/shape.ts';
import type { Engine, Index } from './engine.ts';
import { illegalArgument, StoreError } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

export type Operation = 'index' | 'create' | 'update' | 'delete';

export interface Action {
  readonly operation: Operation;
  readonly index: string;
  readonly id: string | null;
}

const OPERATIONS: readonly string[] = ['index', 'create', 'update', 'delete'];
const SHARDS = '"_shards":{"total":1,"successful":1,"failed":0}';
const NEWLINE = 10;

/** The answer's JSON text. @throws StoreError where the request as a whole cannot be understood */
export function bulk(engine: Engine, body: Buffer, defaultIndex: string | undefined): string {
  const started = performance.now();
  if (body.length === 0) throw illegalArgument('request body is required');
  if (body[body.length - 1] !== NEWLINE)
    throw illegalArgument('The bulk request must be terminated by a newline [\\n]');
  const items: string[] = [];
  let errors = false;
  engine.transaction(() => {
    let lineNumber = 0;
    // Requests repeat the same action for each document.
    let lastLine: Buffer | undefined;
    let lastAction: Action | undefined;
    for (let at = 0; at < body.length; ) {
      const end = body.indexOf(NEWLINE, at);
      const line = body.subarray(at, end);
      at = end + 1;
      lineNumber++;
      if (line.length === 0) continue;
      const action =
        lastAction !== undefined && lastLine!.equals(line) ? lastAction : parseAction(line, lineNumber, defaultIndex);
      [lastLine, lastAction] = [line, action];
      let source: Buffer | undefined;
      if (action.operation !== 'delete') {
        const sourceEnd = body.indexOf(NEWLINE, at);
        if (sourceEnd < 0) throw illegalArgument(`Malformed action/metadata line [${lineNumber}], expected a source`);
        source = body.subarray(at, sourceEnd);
        at = sourceEnd + 1;
        lineNumber++;
      }
      try {
        items.push(`{"${action.operation}":${perform(engine, action, source)}}`);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        errors = true;
        const { operation, index, id } = action;
        items.push(
          JSON.stringify({ [operation]: { _index: index, _id: id, status: error.status, error: error.toObject() } }),
        );
      }
    }
  });
  return `{"errors":${errors},"took":${Math.round(performance.now() - started)},"items":[${items.join(',')}]}`;
}

function parseAction(line: Buffer, lineNumber: number, defaultIndex: string | undefined): Action {
  let given: Json;
  try {
    given = JSON.parse(line.toString('utf8')) as Json;
  } catch {
    given = null;
  }
  const [operation, meta] = isObject(given) ? (Object.entries(given)[0] ?? []) : [];
  if (operation === undefined || !isObject(meta))
    throw illegalArgument(`Malformed action/metadata line [${lineNumber}], expected START_OBJECT`);
  if (!OPERATIONS.includes(operation))
    throw illegalArgument(
      `Malformed action/metadata line [${lineNumber}], expected field [create], [delete], [index] or [update] but found [${operation}]`,
    );
  const index = meta['_index'] ?? defaultIndex;
  if (typeof index !== 'string' || index === '') throw illegalArgument('index is missing');
  const id = meta['_id'];
  return { operation: operation as Operation, index, id: id === undefined || id === null ? null : String(id) };
}

/** Does one action inside a transaction; gives the item's JSON text. @throws StoreError */
export function perform(engine: Engine, action: Action, source: Buffer | undefined): string {
  const { operation, id } = action;
  checkName(action.index);
  if (operation === 'delete') return remove(engine, action);
  if (operation === 'update') return update(engine, action, parseSource(source!, id));
  const document = parseSource(source!, id);
  const index = engine.openIndex(action.index);
  if (id === null) {
    const seq = engine.add(index, null, 1, source!, document);
    return itemText(action.index, `auto-${seq.toString(36)}`, 1, 'created', seq);
  }
  const old = engine.get(index, id);
  if (old === undefined) return itemText(action.index, id, 1, 'created', engine.add(index, id, 1, source!, document));
  if (operation === 'create') throw conflict(index, id, old.version);
  engine.remove(index, old);
  const version = old.version + 1;
  return itemText(action.index, id, version, 'updated', engine.add(index, id, version, source!, document));
}

function remove(engine: Engine, action: Action): string {
  const index = engine.indices.get(action.index);
  const old = action.id === null || index === undefined ? undefined : engine.get(index, action.id);
  if (index === undefined || old === undefined) return itemText(action.index, action.id ?? '', 1, 'not_found', 0);
  engine.remove(index, old);
  return itemText(action.index, action.id!, old.version + 1, 'deleted', old.seq);
}

function update(engine: Engine, action: Action, body: JsonObject): string {
  const index = engine.openIndex(action.index);
  const id = action.id ?? '';
  const old = engine.get(index, id);
  const { doc, upsert } = body;
  if (body['script'] !== undefined) throw illegalArgument('scripts are not supported by the embedded store');
  if (old === undefined) {
    const first = upsert ?? (body['doc_as_upsert'] === true ? doc : undefined);
    if (!isObject(first))
      throw new StoreError(404, 'document_missing_exception', `[${id}]: document missing`, {
        index: index.name,
        shard: '0',
        index_uuid: index.uuid,
      });
    return itemText(
      action.index,
      id,
      1,
      'created',
      engine.add(index, id, 1, Buffer.from(JSON.stringify(first)), first),
    );
  }
  if (!isObject(doc)) throw illegalArgument('doc is missing');
  const before = old.source;
  const merged = merge(JSON.parse(before) as JsonObject, doc);
  const text = JSON.stringify(merged);
  if (text === JSON.stringify(JSON.parse(before))) return itemText(action.index, id, old.version, 'noop', old.seq);
  engine.remove(index, old);
  const version = old.version + 1;
  return itemText(action.index, id, version, 'updated', engine.add(index, id, version, Buffer.from(text), merged));
}

function merge(base: JsonObject, change: JsonObject): JsonObject {
  const result = { ...base };
  for (const [key, value] of Object.entries(change)) {
    const old = result[key];
    result[key] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return result;
}

function parseSource(source: Buffer, id: string | null): JsonObject {
  let problem = 'not an object';
  try {
    const document = JSON.parse(source.toString('utf8')) as Json;
    if (isObject(document)) return document;
  } catch (error) {
    problem = (error as Error).message;
  }
  throw new StoreError(
    400,
    'document_parsing_exception',
    `[1:1] failed to parse: ${id === null ? '' : `document with id '${id}': `}${problem}`,
  );
}

function conflict(index: Index, id: string, version: number): StoreError {
  const reason = `[${id}]: version conflict, document already exists (current version [${version}])`;
  return new StoreError(409, 'version_conflict_engine_exception', reason, {
    index_uuid: index.uuid,
    shard: '0',
    index: index.name,
  });
}

function itemText(index: string, id: string, version: number, result: string, seq: number): string {
  const status = result === 'created' ? 201 : result === 'not_found' ? 404 : 200;
  return `{"_index":${JSON.stringify(index)},"_id":${JSON.stringify(id)},"_version":${version},"result":"${result}",${SHARDS},"_seq_no":${seq},"_primary_term":1,"status":${status}}`;
}

/** @throws StoreError for a name that Elasticsearch refuses */
export function checkName(name: string): void {
  const because = /[A-Z]/.test(name)
    ? 'must be lowercase'
    : /[ "*\\<|,>/?#:]/.test(name)
      ? `must not contain the following characters ['\\','/','*','?','"','<','>','|',' ',',','#',':']`
      : /^[_+-]/.test(name)
        ? "must not start with '_', '-', or '+'"
        : Buffer.byteLength(name) > 255
          ? 'index name is too long'
          : undefined;
  if (because !== undefined)
    throw new StoreError(400, 'invalid_index_name_exception', `Invalid index name [${name}], ${because}`, {
      index_uuid: '_na_',
      index: name,
    });
}

/** `PUT /index`: with the types that its mappings name. */
export function createIndex(engine: Engine, name: string, body: JsonObject): void {
  checkName(name);
  const old = engine.indices.get(name);
  if (old !== undefined)
    throw new StoreError(400, 'resource_already_exists_exception', `index [${name}/${old.uuid}] already exists`, {
      index_uuid: old.uuid,
      index: name,
    });
  const mappings = isObject(body['mappings']) ? body['mappings'] : {};
  engine.openIndex(name, mappedTypes(isObject(mappings['properties']) ? mappings['properties'] : {}));
}
