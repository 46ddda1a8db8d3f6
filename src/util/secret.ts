import { inspect } from 'node:util';

/** A value that must not appear in any output. Only `reveal()` gives it; every way of printing gives `***`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    Object.defineProperty(this, inspect.custom, { value: () => '***' });
  }

  /** The raw value: for the socket or argv that needs it, never for a message. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }
}
