/** How AWS clients connect: region, endpoint, proxy and certificates as their constructors take them. */
import fs from 'node:fs';
import type http from 'node:http';
import type https from 'node:https';
import path from 'node:path';
import { nodeHttp, nodeHttps } from '../../io/node-http.ts';

export interface Connection {
  readonly region: string | undefined;
  readonly endpoint?: string | undefined;
  /** URL of a proxy for http and https. */
  readonly proxy?: string | undefined;
  readonly verify?: boolean;
  /** A file of authorities (PEM), and a folder of such files. */
  readonly ca?: string | undefined;
  readonly caFolder?: string | undefined;
}

export interface ClientOptions {
  readonly region?: string;
  readonly endpoint?: string;
  readonly requestHandler: {
    readonly httpAgent: http.Agent;
    readonly httpsAgent: https.Agent;
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

const CONNECT_MS = 15_000;
const ANSWER_MS = 60_000;

/** Reads certificates: call it at start. */
export function connection({ region, endpoint, proxy, verify = true, ca, caFolder }: Connection): ClientOptions {
  // Node's agents go through proxies by themselves, with CONNECT for https.
  const proxyEnv = proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } };
  const authorities = [
    ...(ca === undefined ? [] : [fs.readFileSync(ca)]),
    ...(caFolder === undefined ? [] : filesIn(caFolder)),
  ];
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: {
      httpAgent: new nodeHttp.Agent({ keepAlive: true, ...proxyEnv }),
      httpsAgent: new nodeHttps.Agent({
        keepAlive: true,
        rejectUnauthorized: verify,
        ...(authorities.length === 0 ? {} : { ca: authorities }),
        ...proxyEnv,
      }),
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
    },
  };
}

function filesIn(folder: string): Buffer[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => fs.readFileSync(path.join(folder, entry.name)));
}
