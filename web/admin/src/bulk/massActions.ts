import type { ComponentType } from 'react';
import type { CustomerMassTryMutation, Grid } from '../generated/graphql';
import type { FieldError } from '../graph/errors';
import type { OpenList } from '../grid/ListView';

export type Forecast = Omit<NonNullable<CustomerMassTryMutation['customerMassAction']>, 'userErrors'>;

export interface Wanted<P> {
  action: string;
  parameters: P;
  selectionId: string;
}

/** What one list has for acting on many of its records: `P` is what its actions take besides the records. */
export interface MassActions<P> {
  /** Of the texts that name the records. */
  noun: string;
  grid: Grid;
  nothingGiven: P;
  Fields: ComponentType<{ action: string; list: OpenList; given: P; onChange: (given: P) => void }>;
  select: (list: OpenList) => Promise<{ selectionId: string | null; errors: FieldError[] }>;
  attempt: (wanted: Wanted<P>) => Promise<{ forecast: Forecast | null; errors: FieldError[] }>;
  act: (wanted: Wanted<P>, idempotencyKey: string) => Promise<{ jobId: string | null; errors: FieldError[] }>;
}
