import { InvalidArgumentError } from 'commander';

export function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < least || value > most) throw new InvalidArgumentError(`a number from ${least} to ${most} is needed.`);
    return value;
  };
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed.`);
    return value;
  };
}

/** Several, with commas between; each once, ascending. */
export function wholeNumbers(least: number, most: number): (text: string) => readonly number[] {
  const one = wholeNumber(least, most);
  return (text) => [...new Set(text.split(',').map(one))].sort((first, second) => first - second);
}
