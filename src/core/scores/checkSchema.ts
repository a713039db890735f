import type { Json, JsonObject } from '../formats/format';
import type { Schema } from './prmSchema';

/**
 * The first place where a JSON value does not fit a schema, in words without a full stop ('head.positive is 2: it
 * must be 0 or 1'); undefined if it fits.
 */
export function checkSchema(value: Json | undefined, schema: Schema, path = ''): string | undefined {
  if (schema.oneOf !== undefined) return checkAlternatives(value, schema.oneOf, path);
  if (schema.type !== undefined && !hasType(value, schema.type)) {
    return `${place(path)} is ${shown(value)}: it must be ${TYPE_WORDS[schema.type]}`;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value as string | number)) {
    return `${place(path)} is ${shown(value)}: it must be ${listed(schema.enum)}`;
  }
  if (schema.minimum !== undefined && (value as number) < schema.minimum) {
    return `${place(path)} is ${shown(value)}: it must be ${schema.minimum} or more`;
  }
  if (schema.minLength !== undefined && (value as string).length < schema.minLength) {
    return `${place(path)} is empty: give it a value or leave it out`;
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value as string)) {
    return `${place(path)} is ${shown(value)}: it must match ${schema.pattern}`;
  }
  return schema.type === 'object' ? checkMembers(value as JsonObject, schema, path) : undefined;
}

const TYPE_WORDS = {
  object: 'an object',
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
};

function hasType(value: Json | undefined, type: NonNullable<Schema['type']>): boolean {
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function checkMembers(value: JsonObject, { properties = {}, required = [] }: Schema, path: string) {
  const missing = required.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) {
    const { enum: choices } = properties[missing]!;
    return `${join(path, missing)} is missing${choices === undefined ? '' : `: it must be ${listed(choices)}`}`;
  }
  for (const [key, member] of Object.entries(value)) {
    if (!Object.hasOwn(properties, key)) {
      return `${join(path, key)} is not known: known are ${Object.keys(properties).join(', ')}`;
    }
    const odd = checkSchema(member, properties[key]!, join(path, key));
    if (odd !== undefined) return odd;
  }
  return undefined;
}

function checkAlternatives(value: Json | undefined, schemas: readonly Schema[], path: string) {
  if (!hasType(value, 'object')) return `${place(path)} is ${shown(value)}: it must be an object`;
  const words = schemas.map((schema) => schema.properties!.kind!.enum![0]!);
  const index = words.indexOf((value as JsonObject).kind as string);
  return index < 0
    ? checkSchema((value as JsonObject).kind ?? null, { enum: words }, join(path, 'kind'))
    : checkSchema(value, schemas[index]!, path);
}

function place(path: string): string {
  return path === '' ? 'the file' : path;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function listed(values: readonly (string | number)[]): string {
  const words = values.map((value) => JSON.stringify(value));
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
