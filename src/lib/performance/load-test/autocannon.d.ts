// autocannon comes without types: what we use of it.
declare module 'autocannon' {
  interface Options {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string | undefined;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    /** Requests a second of all connections. */
    readonly overallRate?: number | undefined;
    /** Seconds until a request counts as failed. */
    readonly timeout: number;
    /** Milliseconds between two looks at whether to stop. */
    readonly sampleInt: number;
    readonly setupClient: (client: Client) => void;
  }
  /** One connection. */
  interface Client {
    on(event: 'request', listen: () => void): this;
  }
  type Response = readonly [client: unknown, status: number, bytes: number, durationMs: number];
  interface Instance extends PromiseLike<unknown> {
    /** Ends the run at the next look. */
    stop(): void;
    on(event: 'response', listen: (...response: Response) => void): this;
    on(event: 'reqError', listen: (error: Error) => void): this;
  }
  export default function autocannon(options: Options): Instance;
}
