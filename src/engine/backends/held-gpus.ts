import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Device nodes through which Linux drivers reach a GPU: NVIDIA's own, everybody's render nodes, AMD's for computing, and WSL's. */
const GPU_NODE = /^\/dev\/(nvidia\d+|dri\/renderD\d+|kfd|dxg)$/;

/**
 * Device nodes of GPUs that this process has open (Linux). A driver keeps them open as long as it is used, so none means that no GPU takes part,
 * whatever a library calls its device: SwiftShader and llvmpipe are complete Vulkan devices made of software.
 * `descriptors` is the folder in which the kernel lists the open files.
 */
export function heldGpus(descriptors = '/proc/self/fd'): readonly string[] {
  const files = readdirSync(descriptors).flatMap((descriptor) => targetOf(join(descriptors, descriptor)));
  return [...new Set(files.filter((file) => GPU_NODE.test(file)))].sort();
}

/** None when it was closed meanwhile: the listing itself was a descriptor. */
function targetOf(link: string): readonly string[] {
  try {
    return [readlinkSync(link)];
  } catch {
    return [];
  }
}
