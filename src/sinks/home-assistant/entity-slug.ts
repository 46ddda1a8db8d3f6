/** One word of an entity's id as Home Assistant takes it: small letters, digits and single underscores within (`valid_entity_id`); `x` when nothing is left. */
export function entitySlug(text: string): string {
  const slug = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return slug === '' ? 'x' : slug;
}
