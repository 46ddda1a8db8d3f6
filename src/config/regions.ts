import type { RegionConfig } from './config.ts';
import { namedEntries } from './entry-map.ts';
import type { Findings } from './problem.ts';
import { regionSchema } from './schema.ts';
import { readSection, shown } from './section.ts';
import { closest } from './spelling.ts';
import type { YamlNode } from './yaml-source.ts';

/** The region that every camera has without naming it. */
export const WHOLE_PICTURE: RegionConfig = { id: 'full', crop: null, heads: [] };

/** The regions that a camera lists, in the order of the file. A faulty one is kept, so that rules that name it are not blamed. */
export function readRegions(node: YamlNode | undefined, headIds: readonly string[], findings: Findings): RegionConfig[] {
  return namedEntries(node, findings).map(({ id, place, map }) => {
    const section = readSection(regionSchema, map, place, findings);
    const { crop, heads } = section.settings;
    if (id === WHOLE_PICTURE.id && crop !== null) {
      findings.error(section.place('crop'), 'full is always the whole picture', 'remove crop, or give the region another name');
    } else if (id !== WHOLE_PICTURE.id && crop === null && section.sound('crop')) {
      findings.error(section.place('crop'), 'the region has no crop', 'crop: [x, y, width, height] as parts of the picture');
    }
    for (const head of heads) {
      if (headIds.includes(head)) continue;
      const near = closest(head, headIds);
      findings.error(section.place('heads'), `there is no head ${shown(head)}`, near === null ? 'list it under heads' : `did you mean ${near}?`);
    }
    return { id, crop, heads };
  });
}

/** `full` is judged when no region is listed, when it is listed, or when a rule names it. The listed ones come first. */
export function judgedRegions(listed: readonly RegionConfig[], named: readonly string[]): RegionConfig[] {
  const wanted = listed.length === 0 || named.includes(WHOLE_PICTURE.id);
  const isListed = listed.some((region) => region.id === WHOLE_PICTURE.id);
  return wanted && !isListed ? [...listed, WHOLE_PICTURE] : [...listed];
}
