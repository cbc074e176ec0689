/** Asks for a user and a password when the broker wants them; they are kept in memory only. */
import { brokerUrl, connection, signIn } from "./live.ts";

export function SignIn() {
  const { refused } = connection.value;
  return (
    <form
      class="sign-in"
      data-testid="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        signIn({ username: String(data.get("username")), password: String(data.get("password")) });
      }}
    >
      <h2>Sign in</h2>
      <p class={refused > 0 ? "wrong" : ""} role={refused > 0 ? "alert" : undefined}>
        {refused > 0 ? "That user or password was not accepted by " : "A user and a password are wanted by "}
        {brokerUrl}.
      </p>
      <label>
        User
        <input name="username" autocomplete="username" required data-testid="sign-in-user" />
      </label>
      <label>
        Password
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          required
          data-testid="sign-in-password"
        />
      </label>
      <button type="submit" class="primary" data-testid="sign-in-submit">
        Sign in
      </button>
    </form>
  );
}
