/** One entry of `errors`, as the service writes them. */
export interface GraphError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; permission?: string; retryAfter?: number; requestId?: string };
}

/** One entry of `userErrors` of a payload. */
export interface FieldError {
  key: string;
  message: string;
  path?: string[] | null;
}

/** The service answered, and not with what was asked for. */
export class GraphFailure extends Error {
  constructor(
    readonly errors: GraphError[],
    readonly requestId: string | null,
  ) {
    super(errors[0]?.message ?? 'The service answered without data.');
    this.name = 'GraphFailure';
  }

  get code(): string | undefined {
    return this.errors[0]?.extensions.code;
  }

  get missingPermission(): string | undefined {
    return this.errors.find((error) => error.extensions.permission)?.extensions.permission;
  }
}

/** The service is busy, or this person asked too often; the same request is sent again after so many seconds. */
export class RetryLater extends Error {
  constructor(
    readonly seconds: number,
    readonly isRateLimit: boolean,
    readonly requestId: string | null,
  ) {
    super('The service asks to wait.');
    this.name = 'RetryLater';
  }
}

/** The session ended and nobody signed in again. */
export class SessionEnded extends Error {
  constructor() {
    super('The session has ended.');
    this.name = 'SessionEnded';
  }
}

/** No answer at all. */
export class Unreachable extends Error {
  constructor() {
    super('The service cannot be reached.');
    this.name = 'Unreachable';
  }
}
