import type { CostModel } from './cost-model.ts';

/** A batch that was handed over and is not back yet. */
export interface Flight {
  readonly paddedTo: number;
  readonly count: number;
  readonly handedMono: number;
  /** It found the engine free: its time holds nobody else's. */
  readonly alone: boolean;
}

/**
 * When the engine will be free, as far as can be known from what was handed over and what batches cost.
 * Each completion replaces guess by fact.
 */
export class EngineForecast {
  readonly #costs: CostModel;
  readonly #flights: Flight[] = [];
  #freedMono = Number.NEGATIVE_INFINITY;
  #busySinceMono = 0;
  #busyMs = 0;

  constructor(costs: CostModel) {
    this.#costs = costs;
  }

  get inFlight(): number {
    return this.#flights.length;
  }

  hand(paddedTo: number, count: number, nowMono: number): Flight {
    const flight = { paddedTo, count, handedMono: nowMono, alone: this.#flights.length === 0 };
    if (flight.alone) this.#busySinceMono = nowMono;
    this.#flights.push(flight);
    return flight;
  }

  complete(flight: Flight, nowMono: number): void {
    this.#flights.splice(this.#flights.indexOf(flight), 1);
    this.#freedMono = nowMono;
    if (this.#flights.length === 0) this.#busyMs += nowMono - this.#busySinceMono;
  }

  /** How long there has been work, in all, ms. */
  busyMs(nowMono: number): number {
    return this.#busyMs + (this.#flights.length > 0 ? nowMono - this.#busySinceMono : 0);
  }

  /** The usual end of all that was handed over; now, when that is past or nothing was. */
  freeMono(nowMono: number): number {
    return this.#end(nowMono, (size) => this.#costs.typicalMs(size));
  }

  /** Before this it is seldom free. */
  soonestFreeMono(nowMono: number): number {
    return this.#end(nowMono, (size) => this.#costs.soonestMs(size));
  }

  #end(nowMono: number, costOf: (size: number) => number): number {
    let end = this.#freedMono;
    for (const { handedMono, count, paddedTo } of this.#flights) {
      end = Math.max(end, handedMono + this.#costs.preprocessMs(count)) + costOf(paddedTo);
    }
    return Math.max(end, nowMono);
  }
}
