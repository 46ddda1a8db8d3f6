import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './daemon.ts';

/** The blocks of one language in a document, in order, as a reader would copy them. */
export function documentBlocks(file: string, language: string): readonly string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, found, content = '']) => (found === language ? [content] : []));
}

export function documentText(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}
