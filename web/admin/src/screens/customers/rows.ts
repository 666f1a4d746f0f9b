import {
  CustomerCountDocument,
  CustomerFacetsDocument,
  CustomerListDocument,
  type CustomerListQuery,
  type CustomerRowFragment,
  CustomerRowsDocument,
} from '../../generated/graphql';
import type { Row } from '../../grid/ListGrid';
import type { GridFacts } from '../../grid/labels';
import { defineList } from '../../grid/source';
import { selectionOf } from './selected';

const ENUMS = {
  confirmationStatus: 'ConfirmationStatus',
  customerType: 'CustomerType',
  gender: 'Gender',
  newsletterStatus: 'SubscriptionStatus',
  status: 'CustomerStatus',
};

/** The field of the quick edit that a column is edited by, where it has another name. */
export const EDITED_FIELDS: Record<string, string> = { group: 'groupId', website: 'websiteId' };

export const CUSTOMERS = defineList({
  name: 'customers',
  grid: 'CUSTOMERS',
  content: 'customers',
  list: CustomerListDocument,
  rows: CustomerRowsDocument,
  count: CustomerCountDocument,
  facets: CustomerFacetsDocument,
  rowOf,
  exported: selectionOf,
});

export function rowOf(customer: CustomerRowFragment): Row {
  return { id: customer.id, version: customer.version, ...customer.gridRow };
}

export function factsOf(list: CustomerListQuery): GridFacts {
  const websites = list.websites ?? [];
  const views = websites.flatMap((website) => website.stores.flatMap((store) => store.storeViews));
  const named = (given: { id: string; name: string }[]) => given.map(({ id, name }) => ({ value: id, label: name }));
  const groups = list.customerGroups?.nodes ?? [];
  return {
    enums: ENUMS,
    options: {
      group: named(groups),
      assignableGroup: named(groups.filter((group) => group.isAssignable)),
      website: named(websites),
      createdIn: named(views),
      subscribedStoreView: named(views),
    },
  };
}
