/** A server that events may be sent to, wherever it was found. */
export interface Service {
  readonly host: string;
  readonly port: number;
  readonly name: string | undefined;
  readonly weight: number;
  readonly standby: boolean;
  readonly shared_key: string | undefined;
  readonly username: string;
  readonly password: string;
}
