import { FramewatchError, messageOf } from '../util/errors.ts';

/** Does `work` under the state directory. Throws FramewatchError STORE_UNAVAILABLE for what the disk refuses. */
export async function onDisk<T>(stateDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FramewatchError) throw error;
    throw new FramewatchError('STORE_UNAVAILABLE', `State directory ${stateDir} is not usable: ${messageOf(error)}`, { cause: error });
  }
}
