import { queryOptions, useQuery } from '@tanstack/react-query';
import { type StaffPermission, ViewerDocument, type ViewerQuery } from '../generated/graphql';
import { queryClient } from './queries';
import { request } from './request';
import { session } from './session';

export type Viewer = NonNullable<ViewerQuery['viewer']>;

const MINUTE = 60_000;

/** Who is signed in. It asks nothing else, so it tells the end of the session without moving it. */
export const viewerQuery = queryOptions({
  queryKey: ['viewer'],
  queryFn: async ({ signal }): Promise<Viewer | null> => {
    const data = await request(ViewerDocument, {}, { signal, isBackground: true, isWithoutSession: true }).catch(
      (error: unknown) => {
        if (isSignInMissing(error)) return { viewer: null };
        throw error;
      },
    );
    if (data.viewer?.kind === 'STAFF') return data.viewer;
    const before = queryClient.getQueryData<Viewer | null>(['viewer']) ?? null;
    // The page stays as it is, below a sign-in.
    if (before) session.end();
    return before;
  },
  staleTime: MINUTE / 2,
  refetchInterval: MINUTE,
});

function isSignInMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UNAUTHENTICATED';
}

/** The viewer of a page that only somebody who is signed in sees. */
export function useViewer(): Viewer {
  const { data } = useQuery(viewerQuery);
  if (!data) throw new Error('This page is shown without a viewer.');
  return data;
}

export function usePermission(permission: StaffPermission): boolean {
  return useViewer().permissions.includes(permission);
}
