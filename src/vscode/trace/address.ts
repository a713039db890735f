import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { formatFilter, parseFilter, type TraceFilter } from '../../core/trace/filter';

/** The scheme of trace pages. */
export const TRACE_SCHEME = 'cfprm-trace';
/** The language of trace pages. */
export const TRACE_LANGUAGE = 'cfprm-trace';

/** What a trace page shows; the whole of it is in the page's URI, so that a reload brings it back. */
export interface TraceAddress {
  readonly source: vscode.Uri;
  /** 0-based. */
  readonly page: number;
  readonly filter?: TraceFilter;
}

/** The URI of a page; its last segment is what the tab shows. */
export function traceUri(address: TraceAddress): vscode.Uri {
  const { source, page, filter } = address;
  const query = new URLSearchParams({ source: source.toString(), page: String(page) });
  if (filter !== undefined) query.set('filter', formatFilter(filter));
  // A document that was never saved has a path without a slash, which no file system takes.
  const path = source.path.startsWith('/') ? source.path : `/${source.path}`;
  const name = `${path} · ${t('page {0}', page + 1)}${filter === undefined ? '' : ` · ${t('filtered')}`}.cfprm`;
  return vscode.Uri.from({ scheme: TRACE_SCHEME, path: name, query: query.toString() });
}

/** What a trace URI shows, or undefined when it is not one. */
export function parseTraceUri(uri: vscode.Uri): TraceAddress | undefined {
  if (uri.scheme !== TRACE_SCHEME) return undefined;
  const query = new URLSearchParams(uri.query);
  const source = query.get('source');
  const page = Number(query.get('page'));
  if (source === null || !Number.isInteger(page) || page < 0) return undefined;
  return { source: vscode.Uri.parse(source, true), page, filter: parseFilter(query.get('filter') ?? '') };
}
