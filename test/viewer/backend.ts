/** A cluster for tests of the viewer that are not about the kind of cluster. */
import { startElasticsearch } from '../servers/elasticsearch.ts';

export interface Backend {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startBackend(): Promise<Backend> {
  return startElasticsearch('9.5.3');
}
