import { t } from '@vscode/l10n';
import type { Json, JsonObject } from '../formats/format';
import type { Schema } from './prmSchema';

/**
 * The first place where a JSON value does not fit a schema, in words without a full stop ('head.positive is 2: it
 * must be 0 or 1'); undefined if it fits.
 */
export function checkSchema(value: Json | undefined, schema: Schema, path = ''): string | undefined {
  if (schema.oneOf !== undefined) return checkAlternatives(value, schema.oneOf, path);
  if (schema.type !== undefined && !hasType(value, schema.type)) {
    return mustBe(path, value, TYPE_WORDS[schema.type]);
  }
  if (schema.enum !== undefined && !schema.enum.includes(value as string | number)) {
    return mustBe(path, value, listed(schema.enum));
  }
  if (schema.minimum !== undefined && (value as number) < schema.minimum) {
    return mustBe(path, value, t('{0} or more', schema.minimum));
  }
  if (schema.maximum !== undefined && (value as number) > schema.maximum) {
    return mustBe(path, value, t('{0} or less', schema.maximum));
  }
  if (schema.minLength !== undefined && (value as string).length < schema.minLength) {
    return t('{0} is empty: give it a value or leave it out', place(path));
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value as string)) {
    return t('{0} is {1}: it must match {2}', place(path), shown(value), schema.pattern);
  }
  if (schema.type === 'array') return checkItems(value as readonly Json[], schema, path);
  return schema.type === 'object' ? checkMembers(value as JsonObject, schema, path) : undefined;
}

const TYPE_WORDS = {
  object: t('an object'),
  array: t('a list'),
  string: t('a text'),
  number: t('a number'),
  integer: t('a whole number'),
  boolean: t('true or false'),
};

function mustBe(path: string, value: Json | undefined, what: string): string {
  return t('{0} is {1}: it must be {2}', place(path), shown(value), what);
}

function hasType(value: Json | undefined, type: NonNullable<Schema['type']>): boolean {
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'number') return Number.isFinite(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function checkMembers(value: JsonObject, { properties = {}, required = [] }: Schema, path: string) {
  const missing = required.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) {
    const { enum: choices } = properties[missing]!;
    const where = join(path, missing);
    return choices === undefined
      ? t('{0} is missing', where)
      : t('{0} is missing: it must be {1}', where, listed(choices));
  }
  for (const [key, member] of Object.entries(value)) {
    if (!Object.hasOwn(properties, key)) {
      return t('{0} is not known: known are {1}', join(path, key), Object.keys(properties).join(', '));
    }
    const odd = checkSchema(member, properties[key]!, join(path, key));
    if (odd !== undefined) return odd;
  }
  return undefined;
}

function checkItems(value: readonly Json[], { items, minItems = 0 }: Schema, path: string) {
  if (value.length < minItems) return t('{0} needs {1} entries or more', place(path), minItems);
  for (const [index, item] of value.entries()) {
    const odd = items && checkSchema(item, items, `${path}[${index}]`);
    if (odd !== undefined) return odd;
  }
  return undefined;
}

function checkAlternatives(value: Json | undefined, schemas: readonly Schema[], path: string) {
  if (!hasType(value, 'object')) return mustBe(path, value, TYPE_WORDS.object);
  const words = schemas.map((schema) => schema.properties!.kind!.enum![0]!);
  const index = words.indexOf((value as JsonObject).kind as string);
  return index < 0
    ? checkSchema((value as JsonObject).kind ?? null, { enum: words }, join(path, 'kind'))
    : checkSchema(value, schemas[index]!, path);
}

function place(path: string): string {
  return path === '' ? t('the file') : path;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function listed(values: readonly (string | number)[]): string {
  const words = values.map((value) => JSON.stringify(value));
  return words.length === 1 ? words[0]! : t('{0} or {1}', words.slice(0, -1).join(', '), words.at(-1)!);
}

function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? t('missing');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
