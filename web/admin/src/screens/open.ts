import { screen as choosePassword } from './choose-password/screen';
import { screen as forgottenPassword } from './forgotten-password/screen';
import type { Screen } from './screen';
import { screen as signIn } from './sign-in/screen';
import { screen as signedIn } from './signed-in/screen';

/** Those that need no session. */
export const OPEN_SCREENS: Screen[] = [signIn, signedIn, forgottenPassword, choosePassword];
