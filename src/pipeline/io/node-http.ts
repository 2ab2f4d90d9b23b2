/**
 * Node's http and https without what an import of them brings: as ES modules all their exports are asked for, and so undici comes in for its
 * WebSocket. 15 MiB of resident memory and 40 ms of CPU at each start (Node 26.10).
 */
import type Http from 'node:http';
import type Https from 'node:https';

export const nodeHttp: typeof Http = process.getBuiltinModule('node:http');
export const nodeHttps: typeof Https = process.getBuiltinModule('node:https');
