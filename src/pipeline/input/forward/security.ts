/** `<security>`: checks a sender's PING against the shared key, the clients and the users. */
import type { ConfigOf } from '../../../config/schema.ts';
import { PluginConfigError } from '../../core/errors.ts';
import { fromBytes, toBytes } from '../../core/value.ts';
import { digest, type Ping, sameDigest } from '../../forward/handshake.ts';
import { checkClients, resolveClients } from '../../io/clients.ts';
import type { schema } from './schema.ts';

type Config = ConfigOf<typeof schema.sections.security>;
type Client = Config['$sections']['client'][number];
type Clients = Awaited<ReturnType<typeof resolveClients<Client>>>;

/** The key that was proved, or why the sender is refused. */
export type Verdict = { readonly sharedKey: string } | { readonly refused: string };

export class Security {
  readonly selfHostname: string;
  readonly userAuth: boolean;
  readonly #config: Config;
  #clients: Clients = [];

  constructor(config: Config) {
    const { user, client } = config.$sections;
    if (config.user_auth && user.length === 0)
      throw new PluginConfigError('<user> sections required if user_auth enabled');
    if (!config.allow_anonymous_source && client.length === 0)
      throw new PluginConfigError('<client> sections required if allow_anonymous_source disabled');
    checkClients(client);
    this.#config = config;
    this.selfHostname = config.self_hostname ?? '';
    this.userAuth = config.user_auth;
  }

  async start(): Promise<void> {
    this.#clients = await resolveClients(this.#config.$sections.client);
  }

  check(ping: Ping | undefined, address: string, nonce: string, userSalt: string): Verdict {
    if (ping === undefined) return { refused: 'invalid ping message' };
    const known = this.#clients.find((one) => one.includes(address))?.client;
    if (known === undefined && !this.#config.allow_anonymous_source)
      return { refused: `anonymous source host '${address}' denied` };
    const sharedKey = known?.shared_key ?? this.#config.shared_key ?? '';
    const expected = digest(ping.salt, ping.hostname, nonce, toBytes(sharedKey));
    if (!sameDigest(expected, ping.keyDigest)) return { refused: 'shared_key mismatch' };
    if (this.userAuth && !this.#knowsUser(ping, known, userSalt)) return { refused: 'username/password mismatch' };
    return { sharedKey };
  }

  #knowsUser(ping: Ping, client: Client | undefined, salt: string): boolean {
    const name = fromBytes(ping.username);
    const allowed = client?.users ?? [];
    if (allowed.length > 0 && !allowed.includes(name)) return false;
    return this.#config.$sections.user
      .filter((user) => user.username === name)
      .some((user) => sameDigest(digest(salt, ping.username, toBytes(user.password ?? '')), ping.passwordDigest));
  }
}
