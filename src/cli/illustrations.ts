import type { IllustrationOptions } from '../classify/file-judge.ts';
import type { RuleConfig } from '../config/config.ts';
import { encodeJpeg } from '../engine/picture.ts';
import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';

const THUMBNAIL_WIDTH = 320;
/** In the whole report, about. */
const MOST_THUMBNAILS = 600;

/** What is kept of each file for the report: the labels that rules name, and so many pictures that the page of many files can still be opened. */
export function illustrationsOf(labels: readonly string[], rules: readonly RuleConfig[], files: number, logger: Logger): IllustrationOptions {
  const named = new Set(rules.flatMap((rule) => rule.labels));
  return {
    mostThumbnails: Math.max(4, Math.min(24, Math.floor(MOST_THUMBNAILS / files))),
    keptLabels: labels.flatMap((label, index) => (named.has(label) ? [index] : [])),
    encode: async (picture, crop) => {
      try {
        return await encodeJpeg(picture, { crop, width: THUMBNAIL_WIDTH });
      } catch (error) {
        logger.warn({ reason: messageOf(error) }, 'a picture for the report could not be made');
        return null;
      }
    },
  };
}
