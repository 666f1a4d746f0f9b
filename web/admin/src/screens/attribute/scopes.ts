import { useQuery } from '@tanstack/react-query';
import { scopesQuery } from './queries';

export interface StoreView {
  id: string;
  name: string;
}

/** Websites and their store views, which decide and say things of their own. */
export function useScopes() {
  const websites = useQuery(scopesQuery).data?.websites ?? [];
  const storeViews: StoreView[] = websites.flatMap((website) => website.stores.flatMap((store) => store.storeViews));
  return { websites, storeViews };
}
