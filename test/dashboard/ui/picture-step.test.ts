import { expect, it } from 'vitest';
import { pictureStep } from '../../../src/dashboard/ui/picture-step.ts';

const event = { snapshot: '/api/events/x/snapshot.jpg' };

it('asks for a picture when it is stored, and once more when that was too early', () => {
  expect(pictureStep(event, 2_999, 0)).toBe('coming');
  expect(pictureStep(event, 3_001, 0)).toBe('there');
  expect(pictureStep(event, 3_500, 1)).toBe('coming');
  expect(pictureStep(event, 20_001, 1)).toBe('there');
  expect(pictureStep(event, 21_000, 2)).toBe('gone');
});

it('never asks for one that is told to be gone, and an old one that failed only once', () => {
  expect(pictureStep({ ...event, gone: ['snapshot'] }, 86_400_000, 0)).toBe('gone');
  expect(pictureStep({ ...event, gone: ['strip'] }, 86_400_000, 0)).toBe('there');
  expect(pictureStep(event, 86_400_000, 1)).toBe('gone');
  expect(pictureStep({ snapshot: null }, 86_400_000, 0)).toBe('none');
});
