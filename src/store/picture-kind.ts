/** Of an event: its deciding frame, or five around its start. */
export type PictureKind = 'snapshot' | 'strip';
