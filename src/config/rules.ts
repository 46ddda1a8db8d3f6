import type { ModelFacts, RegionConfig, RuleConfig } from './config.ts';
import { namedEntries } from './entry-map.ts';
import type { Findings, Place } from './problem.ts';
import { WHOLE_PICTURE } from './regions.ts';
import { type RuleFile, ruleSchema } from './schema.ts';
import { readSection, type Section, shown } from './section.ts';
import { checkSettings } from './setting.ts';
import { closest } from './spelling.ts';
import type { YamlNode } from './yaml-source.ts';

/** What rules are judged against. `labels` is null when the model is not known: its labels are then not checked. */
export interface RuleContext {
  readonly labels: readonly string[] | null;
  readonly headIds: readonly string[];
  readonly listedRegions: readonly RegionConfig[];
}

const USUAL_EXIT = 0.6;

export function readRules(node: YamlNode | undefined, context: RuleContext, findings: Findings): RuleConfig[] {
  return namedEntries(node, findings).map(({ id, place, map }) => {
    const section = readSection(ruleSchema, map, place, findings);
    if (section.sound('labels')) checkLabels(section, context, findings);
    if (section.sound('regions')) checkRegions(section, context, findings);
    const { settings } = section;
    const exit = exitOf(settings.exit, settings.enter);
    if (exit > settings.enter && section.sound('exit') && section.sound('enter')) {
      findings.error(section.place('exit'), `${exit} is above enter, which is ${settings.enter}`, 'exit at most enter');
    }
    const regions = settings.regions.length > 0 ? settings.regions : [firstRegion(context)];
    return { ...settings, id, regions, exit };
  });
}

/** The rules of the model's manifest, completed like those of a file. Regions that this camera lacks become its first one. */
export function defaultRules(facts: ModelFacts, context: RuleContext): RuleConfig[] {
  return Object.entries(facts.defaultRules).map(([id, rule]) => {
    const { settings } = checkSettings(ruleSchema, { ...rule });
    const known = settings.regions.length > 0 && settings.regions.every((region) => regionIds(context).includes(region));
    const regions = known ? settings.regions : [firstRegion(context)];
    return { ...settings, id, labels: rule.labels, regions, exit: exitOf(settings.exit, settings.enter) };
  });
}

function exitOf(exit: number | null, enter: number): number {
  return exit ?? Math.min(USUAL_EXIT, enter);
}

function firstRegion(context: RuleContext): string {
  return context.listedRegions[0]?.id ?? WHOLE_PICTURE.id;
}

function regionIds(context: RuleContext): string[] {
  return [...context.listedRegions.map((region) => region.id), WHOLE_PICTURE.id];
}

function checkRegions(section: Section<RuleFile>, context: RuleContext, findings: Findings): void {
  const known = regionIds(context);
  for (const [index, region] of section.settings.regions.entries()) {
    if (known.includes(region)) continue;
    const near = closest(region, known);
    findings.error(
      itemPlace(section, 'regions', index),
      `there is no region ${shown(region)}`,
      near === null ? `one of ${known.join(', ')}` : `did you mean ${near}?`,
    );
  }
}

function checkLabels(section: Section<RuleFile>, context: RuleContext, findings: Findings): void {
  const { labels, headIds } = context;
  for (const [index, label] of section.settings.labels.entries()) {
    if (labels?.includes(label)) continue;
    const place = itemPlace(section, 'labels', index);
    if (headIds.some((head) => label.startsWith(`${head}/`))) {
      findings.error(place, `${shown(label)} is a label of a head, and heads are not in this version`, 'use labels of the model');
    } else if (labels !== null) {
      const near = closest(label, labels);
      const right = near === null ? `the model has ${enumerated(labels)}` : `did you mean ${near}?`;
      findings.error(place, `the model has no label ${shown(label)}`, right);
    }
  }
}

const MOST_LISTED = 12;

function enumerated(labels: readonly string[]): string {
  const more = labels.length - MOST_LISTED;
  return labels.slice(0, MOST_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function itemPlace(section: Section<RuleFile>, key: string, index: number): Place {
  const node = section.node(key);
  return (node?.kind === 'list' ? node.items[index] : undefined) ?? section.place(key);
}
