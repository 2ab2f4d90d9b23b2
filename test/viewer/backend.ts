/** The embedded store, as `sluice store` serves it: for tests of the viewer that are not about the kind of cluster. */
import { startStore } from '../../src/store/server.ts';

export interface Backend {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startBackend(): Promise<Backend> {
  const store = await startStore({ data: undefined, host: '127.0.0.1', port: 0 });
  let isOpen = true;
  return {
    url: store.url,
    async stop() {
      if (isOpen) await store.close();
      isOpen = false;
    },
  };
}
