import { join } from 'node:path';
import type { ModelFormat, ModelPlace, NetworkSource } from '../network-source.ts';
import type { YamlFields } from './yaml-form.ts';

export const SHA256: RegExp = /^[0-9a-f]{64}$/;
export const SHA256_WANTED = 'a SHA-256 in lower-case hexadecimal';

/** A name in a folder of ours, never a path out of it. */
export const FILE_NAME: RegExp = /^[\w-][\w.-]*$/;
const RELATIVE_FOLDER = /^(?!.*(?:^|\/)\.\.(?:\/|$))[^/\\].*$/;
const HTTP_URL = /^https?:\/\/[^\s/]+\/\S+$/;

export interface SourceFolders {
  /** The manifest's. */
  readonly folder: string;
  /** Where what was pulled lies: the package's own folders cannot be written to. */
  readonly pulledFolder: string;
}

/** `source`: exactly one of `npm` (with `path`), `folder`, `file` and `url`, as far as the format has it. */
export function readSource(source: YamlFields, format: ModelFormat, folders: SourceFolders): NetworkSource {
  if (format === 'onnx') return { format, place: readFilePlace(source, folders) };
  if (format === 'saved-model') {
    source.known('npm', 'path', 'folder');
    return { format, place: readFolderPlace(source, folders.folder) };
  }
  source.known('npm', 'path', 'folder', 'topologySha256');
  return { format, place: readFolderPlace(source, folders.folder), topologySha256: source.text('topologySha256', SHA256, SHA256_WANTED) };
}

function readFolderPlace(source: YamlFields, folder: string): ModelPlace {
  refuseSecond(source, ['folder', 'npm']);
  if (!source.has('folder')) return readPackage(source);
  if (source.has('path')) source.refuse('path', 'belongs to npm; folder is a path already');
  return { kind: 'local', path: join(folder, source.text('folder', RELATIVE_FOLDER, 'a folder beside the manifest')) };
}

function readFilePlace(source: YamlFields, { folder, pulledFolder }: SourceFolders): Extract<NetworkSource, { format: 'onnx' }>['place'] {
  source.known('npm', 'path', 'file', 'url', 'bytes');
  refuseSecond(source, ['file', 'npm']);
  refuseSecond(source, ['url', 'npm']);
  if (source.has('npm')) return readPackage(source);
  const file = source.text('file', FILE_NAME, 'the name of a file beside the manifest');
  if (!source.has('url')) return { kind: 'local', path: join(folder, file) };
  return {
    kind: 'pulled',
    files: [join(folder, file), join(pulledFolder, file)],
    urls: source.textOrTexts('url', HTTP_URL, 'an http or https address'),
    bytes: source.number('bytes', (value) => Number.isSafeInteger(value) && value > 0, "the file's size in bytes"),
  };
}

function readPackage(source: YamlFields): ModelPlace {
  return { kind: 'npm', packageName: source.text('npm'), path: source.text('path', RELATIVE_FOLDER, 'a path inside the package') };
}

function refuseSecond(source: YamlFields, [one, other]: readonly [string, string]): void {
  if (source.has(one) && source.has(other)) source.refuse(other, `stands beside ${one}: a model comes from one place`);
}
